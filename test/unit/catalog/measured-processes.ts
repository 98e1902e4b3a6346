/**
 * What /proc said of real applications that were started from Debian 12 packages under Xvfb: the evidence behind
 * `confirmed: true`. A new row is read off a running process, never made up.
 */
import type { ProcessRole } from '../../../main/agent/sensors/process-match.ts';

export interface MeasuredProcess {
  readonly productId: string;
  readonly role: ProcessRole | 'none';
  /** comm */
  readonly name: string;
  /** readlink of exe */
  readonly exePath: string;
  readonly args: readonly string[];
}

const measured = (
  productId: string,
  role: ProcessRole | 'none',
  name: string,
  exePath: string,
  args: readonly string[] = [exePath],
): MeasuredProcess => ({ productId, role, name, exePath, args });

/** One process whose name, executable and first argument agree. */
const plain = (productId: string, exePath: string): MeasuredProcess =>
  measured(productId, 'main', exePath.slice(exePath.lastIndexOf('/') + 1), exePath);

const PYTHON = '/usr/bin/python3.11';
const JAVA = '/usr/lib/jvm/java-17-openjdk-amd64/bin/java';
const OCTAVE_GUI = '/usr/libexec/octave/7.3.0/exec/x86_64-pc-linux-gnu/octave-gui';

export const measuredProcesses: readonly MeasuredProcess[] = [
  plain('libreoffice', '/usr/lib/libreoffice/program/soffice.bin'),
  plain('inkscape', '/usr/bin/inkscape'),
  plain('kicad', '/usr/bin/kicad'),
  plain('kicad', '/usr/bin/pcbnew'),
  plain('openscad', '/usr/bin/openscad'),
  plain('blender', '/usr/bin/blender'),
  plain('paraview', '/usr/bin/paraview'),
  plain('librecad', '/usr/bin/librecad'),
  plain('gedit', '/usr/bin/gedit'),
  plain('mousepad', '/usr/bin/mousepad'),
  plain('gmsh', '/usr/bin/gmsh'),
  plain('scribus', '/usr/bin/scribus'),
  plain('audacity', '/usr/bin/audacity'),
  plain('geany', '/usr/bin/geany'),
  plain('codeblocks', '/usr/bin/codeblocks'),
  plain('dia', '/usr/bin/dia'),
  plain('xfig', '/usr/libexec/xfig/xfig'),
  plain('darktable', '/usr/bin/darktable'),
  plain('pspp', '/usr/bin/psppire'),
  plain('pspp', '/usr/bin/pspp'),
  plain('krita', '/usr/bin/krita'),
  plain('kdenlive', '/usr/bin/kdenlive'),
  plain('gtkwave', '/usr/bin/gtkwave'),
  plain('gerbv', '/usr/bin/gerbv'),
  plain('solvespace', '/usr/bin/solvespace'),
  plain('rawtherapee', '/usr/bin/rawtherapee'),
  plain('gnumeric', '/usr/bin/gnumeric'),
  plain('calligra', '/usr/bin/calligrawords'),
  plain('calligra', '/usr/bin/calligrasheets'),
  plain('qelectrotech', '/usr/bin/qelectrotech'),
  plain('meshlab', '/usr/bin/meshlab'),
  plain('cloudcompare', '/usr/bin/CloudCompare'),
  plain('saga', '/usr/bin/saga_gui'),
  plain('xournalpp', '/usr/bin/xournalpp'),
  plain('ngspice', '/usr/bin/ngspice'),
  plain('maxima', '/usr/bin/wxmaxima'),
  plain('maxima', '/usr/lib/maxima/5.46.0/binary-gcl/maxima'),
  plain('r', '/usr/lib/R/bin/exec/R'),
  plain('octave', OCTAVE_GUI),
  plain('octave', '/usr/bin/octave-cli'),
  plain('scilab', '/usr/bin/scilab-bin'),
  plain('qgis', '/usr/bin/qgis.bin'),
  measured('libreoffice', 'launcher', 'oosplash', '/usr/lib/libreoffice/program/oosplash'),
  measured('octave', 'launcher', 'octave', '/usr/bin/octave', ['octave', '--gui']),
  measured('freecad', 'main', 'freecad', '/usr/lib/freecad/bin/freecad-python3', ['freecad']),
  measured('gimp', 'main', 'gimp', '/usr/bin/gimp-2.10', ['gimp']),
  measured('gimp', 'helper', 'script-fu', '/usr/lib/gimp/2.0/plug-ins/script-fu/script-fu'),
  measured('paraview', 'helper', 'orted', '/usr/bin/orted'),
  measured('gnuplot', 'main', 'gnuplot', '/usr/bin/gnuplot-qt', ['gnuplot']),
  measured('meld', 'main', 'meld', PYTHON, ['/usr/bin/python3', '/usr/bin/meld']),
  measured('spyder', 'main', 'spyder', PYTHON, ['/usr/bin/python3', '/usr/bin/spyder']),
  measured('spyder', 'worker', 'python3', PYTHON, [
    '/usr/bin/python3',
    '-m',
    'spyder_kernels.console',
    '-f',
    '/run/kernel.json',
  ]),
  measured('lepton-eda', 'main', 'guile-3.0', '/usr/lib/x86_64-linux-gnu/guile/3.0/bin/guile', [
    '/usr/bin/guile-3.0',
    '-s',
    '/usr/bin/lepton-schematic',
  ]),
  measured('sweet-home-3d', 'main', 'java', JAVA, [
    JAVA,
    '-Dsun.java2d.opengl=true',
    '-classpath',
    '/usr/share/sweethome3d/sweethome3d.jar:/usr/share/icedtea-web/netx.jar',
    'com.eteks.sweethome3d.SweetHome3D',
    '-open',
  ]),
  // Scripts that start an application and stay beside it: the shell is what runs, so nothing matches.
  measured('scilab', 'none', 'scilab', '/usr/bin/dash', ['/bin/sh', '/usr/bin/scilab']),
  measured('xfig', 'none', 'xfig', '/usr/bin/dash', ['/bin/sh', '/usr/bin/xfig']),
  measured('spyder', 'none', 'python3', PYTHON, ['/usr/bin/python3', '-m', 'pylsp', '--host', '127.0.0.1']),
];
