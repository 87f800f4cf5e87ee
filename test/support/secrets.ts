/** Secrets of test runs; they protect nothing. */
export const TEST_SECRETS = {
  INLET_ADMIN_TOKEN: "test-admin-token-0000",
  INLET_SEAL_KEY: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
} as const;
