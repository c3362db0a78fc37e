import manifest from '../../package.json' with { type: 'json' };

/** Of isol8, from package.json. */
export const version: string = manifest.version;
