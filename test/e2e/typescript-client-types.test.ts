import type { Duration } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import type * as client from '../../clients/typescript/src/index.ts';
import type * as display from '../../gen/isol8/v1/display_pb.ts';
import type * as execution from '../../gen/isol8/v1/execution_pb.ts';
import type * as file from '../../gen/isol8/v1/file_pb.ts';
import type * as policy from '../../gen/isol8/v1/policy_pb.ts';
import type * as service from '../../gen/isol8/v1/service_pb.ts';
import type * as session from '../../gen/isol8/v1/session_pb.ts';

type NameOf<K, V> = K extends '$typeName' | '$unknown'
  ? never
  : [V] extends [{ case: unknown }]
    ? Exclude<V['case'], undefined>
    : [NonNullable<V>] extends [Duration]
      ? `${K & string}Ms`
      : K;

/** What the fields of a message are called for callers. */
type Names<M> = { [K in keyof M]-?: NameOf<K, M[K]> }[keyof M];

/** Compiles only where an interface has every field of a message, and no other. */
function describes<Interface, M>(
  ..._: [keyof Interface] extends [Names<M>] ? ([Names<M>] extends [keyof Interface] ? [] : [never]) : [never]
): number {
  return 1;
}

type Facts = client.ExecutionFacts & Record<'stdoutRaw' | 'stderrRaw', never>;
type Asked = client.SessionFilter & Record<'pageToken', never>;

test('the types of the client have every field of the contract: this is for the compiler to say', () => {
  const described = [
    describes<client.ExecuteRequest, execution.ExecuteRequest>(),
    describes<Facts, execution.ExecuteResponse>(),
    describes<client.StreamStats, execution.StreamStats>(),
    describes<client.Usage, execution.Usage>(),
    describes<client.Timings, execution.Timings>(),
    describes<client.NetworkConnection, execution.NetworkConnection>(),
    describes<client.ExecutionError, execution.ExecutionError>(),
    describes<client.ErrorFrame, execution.ErrorFrame>(),
    describes<client.Display, display.Display>(),
    describes<client.InputFile, file.InputFile>(),
    describes<client.OutputFile, file.OutputFile>(),
    describes<client.FileInfo, file.FileInfo>(),
    describes<client.WrittenFile, file.WriteFileResponse>(),
    describes<client.Policy, policy.Policy>(),
    describes<client.Limits, policy.Limits>(),
    describes<client.Network, policy.Network>(),
    describes<client.NetworkRule, policy.NetworkRule>(),
    describes<client.Isolation, policy.Isolation>(),
    describes<client.EffectivePolicy, policy.EffectivePolicy>(),
    describes<client.EffectiveNetwork, policy.EffectiveNetwork>(),
    describes<client.NetworkLayer, policy.NetworkLayer>(),
    describes<client.PolicyQuestion, service.ResolvePolicyRequest>(),
    describes<client.PolicyAnswer, service.ResolvePolicyResponse>(),
    describes<client.ServerInfo, service.GetServerInfoResponse>(),
    describes<client.RuntimeInfo, service.Runtime>(),
    describes<client.ContainerEngine, service.ContainerEngine>(),
    describes<client.CreateSessionRequest, session.CreateSessionRequest>(),
    describes<Asked, session.ListSessionsRequest>(),
    describes<client.SessionInfo, session.Session>(),
    describes<client.SessionUsage, session.GetSessionUsageResponse>(),
    describes<client.SessionProcess, session.SessionProcess>(),
    describes<client.LeftOutputs, session.ReadSessionOutputResponse>(),
    describes<client.LeftOutput, session.LeftOutput>(),
  ];
  expect(described.every((one) => one === 1)).toBe(true);
});
