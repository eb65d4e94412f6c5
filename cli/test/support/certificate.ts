import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Makes a certificate for localhost with this common name, and its key. */
export function makeCertificate(
  folder: string,
  name = "localhost",
  file = name,
): { cert: string; key: string } {
  const [cert, key] = [join(folder, `${file}.cert.pem`), join(folder, `${file}.key.pem`)];
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
      ...["-subj", `/CN=${name}`, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
      ...["-keyout", key, "-out", cert],
    ],
    { stdio: "ignore" },
  );
  return { cert, key };
}
