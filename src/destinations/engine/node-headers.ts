/** A header value as Node's HTTP takes it: anything else is an error there, where workerd would send UTF-8. */
const LEGAL = /^[\t\x20-\x7e\x80-\xff]*$/;

function check(name: string, value: unknown): void {
  if (LEGAL.test(String(value))) return;
  throw new TypeError(`${String(value)} is not a legal HTTP header value for ${name}`);
}

/** The platform's `Headers`, refusing the values that node-fetch refuses, which is what actions-core is used to. */
export class NodeHeaders extends Headers {
  constructor(init?: ConstructorParameters<typeof Headers>[0]) {
    super(init);
    for (const [name, value] of this) check(name, value);
  }

  override append(name: string, value: string): void {
    check(name, value);
    super.append(name, value);
  }

  override set(name: string, value: string): void {
    check(name, value);
    super.set(name, value);
  }
}
