/** A public key of a {@link JsonWebKeySet} (RFC 7517; for Ed25519, RFC 8037). Konnect may leave out or add members. */
export interface JsonWebKey {
  /** The key type: `OKP`. */
  kty?: string | undefined;
  /** The curve: `Ed25519`. */
  crv?: string | undefined;
  /** The algorithm: `EdDSA`. */
  alg?: string | undefined;
  /** The id of the key. */
  kid?: string | undefined;
  /** The key itself: 32 bytes in base64url without padding. */
  x?: string | undefined;
}

/** A key set (JWKS, RFC 7517), as `konnect.getSigningKeys()` returns it. */
export interface JsonWebKeySet {
  keys: readonly JsonWebKey[];
}
