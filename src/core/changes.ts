/** Any of the properties; one that is absent or undefined stays as it is. */
export type Changes<T> = { readonly [K in keyof T]?: T[K] | undefined };
