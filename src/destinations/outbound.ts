/** The guard said no: the address is not one that may be reached from here. */
export class OutboundRefused extends Error {
  readonly code = "EREFUSED";
  constructor(message: string) {
    super(message);
    this.name = "OutboundRefused";
  }
}
