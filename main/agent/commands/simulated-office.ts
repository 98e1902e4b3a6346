/** The office of the demo as data: who works there, with which products, how many seats there are. */

export interface SimulatedPool {
  /** Also the id of the product in resources/catalog, and of the pool. */
  readonly productId: string;
  readonly name: string;
  readonly seats: number;
  /** Colleagues who use this product. */
  readonly users: number;
}

/** Twelve products, fewer seats than people at most of them: forty colleagues in all. */
export const SIMULATED_POOLS: readonly SimulatedPool[] = [
  { productId: 'autocad', name: 'AutoCAD', seats: 4, users: 7 },
  { productId: 'solidworks', name: 'SOLIDWORKS', seats: 3, users: 5 },
  { productId: 'revit', name: 'Revit', seats: 3, users: 4 },
  { productId: 'inventor', name: 'Inventor', seats: 2, users: 3 },
  { productId: 'catia-v5', name: 'CATIA V5', seats: 2, users: 3 },
  { productId: 'nx', name: 'NX', seats: 2, users: 2 },
  { productId: 'ansys-workbench', name: 'Ansys Workbench', seats: 1, users: 3 },
  { productId: 'abaqus-cae', name: 'Abaqus/CAE', seats: 1, users: 2 },
  { productId: 'matlab', name: 'MATLAB', seats: 3, users: 5 },
  { productId: 'comsol', name: 'COMSOL', seats: 1, users: 2 },
  { productId: 'arcgis-pro', name: 'ArcGIS Pro', seats: 2, users: 2 },
  { productId: 'freecad', name: 'FreeCAD', seats: 1, users: 2 },
];

const FIRST_NAMES = [
  ...['Ana', 'Bjarne', 'Chidi', 'Dana', 'Elif', 'Farid', 'Greta', 'Hana', 'Ivo', 'Jonas'],
  ...['Keiko', 'Lena', 'Mateo', 'Nadia', 'Oskar', 'Priya', 'Quentin', 'Rosa', 'Stefan', 'Tomoko'],
];
const LAST_NAMES = ['Ruiz', 'Nowak', 'Okafor', 'Lindqvist', 'Tanaka', 'Brandt', 'Silva'];

/** Forty names, no two alike. */
export function simulatedName(index: number): string {
  const first = FIRST_NAMES[index % FIRST_NAMES.length] ?? 'Alex';
  const last = LAST_NAMES[(index * 3 + Math.floor(index / FIRST_NAMES.length)) % LAST_NAMES.length] ?? 'Doe';
  return `${first} ${last}`;
}

export interface SimulatedColleague {
  readonly index: number;
  readonly name: string;
  readonly workstationName: string;
  readonly productId: string;
}

export function simulatedColleagues(
  pools: readonly SimulatedPool[] = SIMULATED_POOLS,
): readonly SimulatedColleague[] {
  return pools
    .flatMap(({ productId, users }) => Array.from({ length: users }, () => productId))
    .map((productId, index) => ({
      index,
      name: simulatedName(index),
      workstationName: `sim-${String(index + 1).padStart(2, '0')}`,
      productId,
    }));
}
