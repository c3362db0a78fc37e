import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * The first certificate of a PEM file.
 *
 * @throws Error with one line about the file, which begins with its path
 */
export function readCertificate(path: string): X509Certificate {
  return parsed(path, 'certificate', (pem) => new X509Certificate(pem));
}

/**
 * The private key in a PEM file.
 *
 * @throws Error with one line about the file, which begins with its path
 */
export function readPrivateKey(path: string): KeyObject {
  return parsed(path, 'private key that needs no passphrase', createPrivateKey);
}

function parsed<T>(path: string, what: string, parse: (pem: Buffer) => T): T {
  let pem: Buffer;
  try {
    pem = readFileSync(path);
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
  try {
    return parse(pem);
  } catch (error) {
    throw new Error(`${path} holds no PEM ${what}`, { cause: error });
  }
}
