import pins from '../../images/pins.json' with { type: 'json' };

/** A package of the npm registry whose files go into an image. */
export interface PackagePin {
  readonly name: string;
  readonly version: string;
  /** As npm writes it: "sha512-…". */
  readonly integrity: string;
  /** From a path in the package to one in the image; '' stands for the whole package and takes a folder. */
  readonly files: Readonly<Record<string, string>>;
  /** Symbolic links in the image. */
  readonly links: Readonly<Record<string, string>>;
}

/** Either one for every architecture, or one for each. */
type PerArchitecture = string | Readonly<Record<string, string>>;

interface PackageEntry {
  readonly package: PerArchitecture;
  readonly version: string;
  readonly integrity: PerArchitecture;
  readonly files: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
}

/** The Debian release that images stand on, by its code name. */
export const DEBIAN_RELEASE: string = pins.debian;

/**
 * The packages of a runtime's image, in `images/pins.json`; none for one that Debian has itself.
 *
 * @param architecture in Docker's words: "amd64", "arm64"
 * @throws Error when there is none for this architecture
 */
export function packagePins(runtime: string, architecture: string): PackagePin[] {
  const packages: Readonly<Record<string, readonly PackageEntry[]>> = pins.packages as never;
  return (packages[runtime] ?? []).map((entry) => {
    const name = pick(entry.package, architecture);
    const integrity = pick(entry.integrity, architecture);
    if (name === undefined || integrity === undefined) {
      throw new Error(`There is no ${runtime} for the architecture ${architecture}; the others are not affected`);
    }
    return { name, integrity, version: entry.version, files: entry.files, links: entry.links ?? {} };
  });
}

function pick(value: PerArchitecture, architecture: string): string | undefined {
  return typeof value === 'string' ? value : value[architecture];
}
