/** The agent cores of one test, each with a paper server; stopped and removed together. */
import { AgentCore, type CoreOptions } from './an-agent-core.ts';
import { type PaperOptions, PaperServer } from './paper-server.ts';

export class AgentCores {
  #cores: AgentCore[] = [];

  add(server: PaperServer, options: CoreOptions = {}): AgentCore {
    const core = new AgentCore(server, options);
    this.#cores.push(core);
    return core;
  }

  /** A core that has been welcomed by a server of its own. */
  async online(options: PaperOptions = {}): Promise<{ server: PaperServer; core: AgentCore }> {
    const server = new PaperServer(options);
    const core = this.add(server);
    await core.start();
    return { server, core };
  }

  /** Stops a core whose folder the next one takes over. */
  replace(core: AgentCore): void {
    core.stop();
    this.#cores = this.#cores.filter((other) => other !== core);
  }

  /** @returns the timers that each of them left behind; all should be none */
  leave(): number[] {
    for (const core of this.#cores) core.stop();
    const timers = this.#cores.map(({ clock }) => clock.pendingTimers);
    for (const core of this.#cores.splice(0)) core.remove();
    return timers;
  }
}

/** What the server was told, by kind. */
export const kindsOf = (server: PaperServer) => server.facts.map(({ kind }) => kind);
