type Texts<T> = { readonly [K in keyof T]: string };

/** A type of the Worker's as the API answers it: its times, ms since epoch there, are ISO-8601 UTC. */
export type Timed<T, K extends keyof T> = Omit<T, K> & Texts<Pick<T, K>>;
