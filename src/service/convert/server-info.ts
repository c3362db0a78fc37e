import type { MessageInitShape } from '@bufbuild/protobuf';
import type { GetServerInfoResponseSchema } from '../../../gen/isol8/v1/service_pb.ts';
import type { EngineInfo } from '../../engine/types.ts';
import { toLimits } from './policy.ts';

/** Engine to wire. */
export function toServerInfo(info: EngineInfo, version: string) {
  return {
    version,
    runtimes: info.runtimes.map(({ name, version, image, available, memoryFloorBytes }) => ({
      name,
      version,
      image,
      available,
      memoryFloorBytes: BigInt(memoryFloorBytes),
    })),
    defaults: toLimits(info.defaults),
    ceilings: toLimits(info.ceilings),
    isolationClasses: info.runtimeClasses.map(({ name, unenforced }) => ({ name, unenforced: [...unenforced] })),
    containerEngine: {
      version: info.docker.version,
      apiVersion: info.docker.apiVersion,
      cgroupVersion: info.docker.cgroupVersion,
      missing: [...info.docker.missing],
    },
    quotas: info.quotas.map(({ name, limit, remaining }) => ({
      name,
      limit: BigInt(limit),
      remaining: BigInt(remaining),
    })),
    runningExecutions: info.running,
    queuedExecutions: info.queued,
  } satisfies MessageInitShape<typeof GetServerInfoResponseSchema>;
}
