/** Made by scripts/catalogue-bundle.mjs in dist/catalogue; `imports` of package.json leads there. */
declare module "#catalogue" {
  export interface LazyModule {
    /** Packages to be loaded before `run`. */
    readonly needs: readonly string[];
    /** A CommonJS module: fills `module.exports`. Run again, it gives another instance. */
    run(
      module: { exports: unknown },
      exports: unknown,
      require: (specifier: string) => unknown,
      process: unknown,
      fetch: unknown,
    ): void;
  }
  /** By metadataId. */
  export const definitions: Readonly<Record<string, () => Promise<LazyModule>>>;
  /** By specifier; what `run` exports are getters by specifier. */
  export const packages: Readonly<Record<string, () => Promise<LazyModule>>>;
}
