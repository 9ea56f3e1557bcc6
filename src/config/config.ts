import { inspect } from 'node:util';
import {
  ArrayNotEmpty,
  ArrayUnique,
  IsIn,
  IsInt,
  IsOptional,
  IsUrl,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateNested,
  type ValidationOptions,
} from 'class-validator';
import { type ApiKey, asApiKeys } from './api-key.js';
import { describeConfig } from './describe-config.js';
import { FromEnv } from './from-env.js';
import { isTarget } from './hosts.js';
import * as read from './readings.js';

const SECOND = 1_000;
const DAY = 86_400_000;
const WEB = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };

/** Signatures that only the issuer can make: with `HS256` whoever can check a token could write one. */
const SIGNATURES = ['RS', 'PS', 'ES'].flatMap((kind) => [256, 384, 512].map((bits) => `${kind}${bits}`));

const IsTarget = (options: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    { name: 'isTarget', validator: { validate: (value) => typeof value === 'string' && isTarget(value) } },
    options,
  );

/**
 * Everything that can be set by environment, validated. Times are in ms, sizes in bytes.
 * Printing or serialising it shows no secret.
 */
export class Config {
  /** Postgres, the truth. None: an embedded one that lives in `dataDir`. */
  @FromEnv({
    name: 'DATABASE_URL',
    read: read.asText,
    mend: 'give a URL such as postgres://user:password@host:5432/skald',
    secret: true,
  })
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/)
  readonly databaseUrl: string | null = null;

  /** The queue and the fast side of idempotency keys. None: both live in Postgres. */
  @FromEnv({ name: 'REDIS_URL', read: read.asText, mend: 'give a URL such as redis://host:6379/0', secret: true })
  @IsOptional()
  @Matches(/^rediss?:\/\/\S+$/)
  readonly redisUrl: string | null = null;

  @FromEnv({ name: 'PORT', read: read.asWholeNumber, mend: 'give a port number from 1 to 65535' })
  @IsInt()
  @Min(1)
  @Max(65_535)
  readonly port: number = 8080;

  /** Where the server listens. Default: this machine only, or every interface with an API key or an issuer of tokens. */
  @FromEnv({ name: 'HOST', read: read.asText, mend: 'give an address or host name of this machine, such as 127.0.0.1' })
  @Matches(/^[\w.:-]+$/)
  readonly host: string = '127.0.0.1';

  /** Where participants reach the server: the base of callback URLs. Default: `http://{host}:{port}`. */
  @FromEnv({
    name: 'SKALD_PUBLIC_URL',
    read: read.asBaseUrl,
    mend: 'give the URL at which participants reach this server',
  })
  @IsUrl(WEB)
  readonly publicUrl: string = 'http://127.0.0.1:8080';

  /** `api` serves REST, `worker` drives sagas, `all` does both. */
  @FromEnv({ name: 'SKALD_ROLE', read: read.asText, mend: 'use all, api or worker' })
  @IsIn(['all', 'api', 'worker'])
  readonly role: 'all' | 'api' | 'worker' = 'all';

  /** Server processes on this machine. */
  @FromEnv({
    name: 'SKALD_PROCESSES',
    read: read.asCount,
    mend: 'give a number from 1 to 256, or auto for one per CPU',
  })
  @IsInt()
  @Min(1)
  @Max(256)
  readonly processes: number = 1;

  /** A YAML file with participants and their policies. */
  @FromEnv({ name: 'SKALD_CONFIG', read: read.asText, mend: 'give the path of a YAML file' })
  @IsOptional()
  @Matches(/^[^\0]+$/)
  readonly resilienceFile: string | null = null;

  /** Keys to begin with; others are stored through the API. None at all: every caller on this machine is an administrator. */
  @FromEnv({
    name: 'SKALD_API_KEYS',
    read: asApiKeys,
    mend: 'give role:secret,role:secret, the role being viewer, submitter, operator or admin, each secret another one of 16 to 256 printable characters',
    secret: true,
  })
  @ValidateNested({ each: true })
  @ArrayUnique((key: ApiKey) => key.secret)
  readonly apiKeys: readonly ApiKey[] = [];

  /** Who issues tokens (JWT) that count beside API keys, exactly as `iss` has it. None: no token counts. */
  @FromEnv({
    name: 'SKALD_JWT_ISSUER',
    read: read.asText,
    mend: 'give the URL of the issuer, exactly as it stands in the iss of its tokens',
  })
  @IsOptional()
  @IsUrl({ ...WEB, disallow_auth: true })
  readonly jwtIssuer: string | null = null;

  /** Whom tokens must be for (`aud`): one of these. */
  @FromEnv({
    name: 'SKALD_JWT_AUDIENCE',
    read: read.asList,
    mend: 'give what stands in the aud of tokens that are for this server, such as skald',
  })
  @IsOptional()
  @ArrayNotEmpty()
  readonly jwtAudience: readonly string[] | null = null;

  /** Where the issuer's public keys are. None: the issuer's discovery document says it. */
  @FromEnv({
    name: 'SKALD_JWT_JWKS_URL',
    read: read.asText,
    mend: "give the URL of the issuer's JSON Web Key Set",
  })
  @IsOptional()
  @IsUrl({ ...WEB, disallow_auth: true })
  readonly jwtJwksUrl: string | null = null;

  @FromEnv({
    name: 'SKALD_JWT_ALGORITHMS',
    read: read.asList,
    mend: `list some of ${SIGNATURES.join(', ')}, EdDSA; none, and what needs a shared secret (HS256), can't be used`,
  })
  @ArrayNotEmpty()
  @IsIn([...SIGNATURES, 'EdDSA'], { each: true })
  readonly jwtAlgorithms: readonly string[] = ['RS256', 'ES256', 'EdDSA'];

  /** The claim with the role or roles: its name, or a path to it with dots. */
  @FromEnv({
    name: 'SKALD_JWT_ROLE_CLAIM',
    read: read.asText,
    mend: 'give the name of a claim, or a path such as realm_access.roles',
  })
  @Matches(/^[\x21-\x7e]{1,200}$/)
  readonly jwtRoleClaim: string = 'roles';

  /** Where participants may live. None: loopback and private networks while there is no API key, else nothing private. */
  @FromEnv({
    name: 'SKALD_ALLOWED_TARGETS',
    read: read.asList,
    mend: 'list networks (10.0.0.0/8), addresses, host names and suffixes (*.internal), separated by commas',
  })
  @IsOptional()
  @IsTarget({ each: true })
  readonly allowedTargets: readonly string[] | null = null;

  /** Where the embedded Postgres keeps its data. Of no use when `databaseUrl` is set. */
  @FromEnv({ name: 'SKALD_DATA_DIR', read: read.asText, mend: 'give the path of a directory' })
  @Matches(/^[^\0]+$/)
  readonly dataDir: string = '.skald';

  /** Sagas that one process drives at the same time. */
  @FromEnv({ name: 'SKALD_MAX_IN_FLIGHT', read: read.asWholeNumber, mend: 'give a number from 1 to 100000' })
  @IsInt()
  @Min(1)
  @Max(100_000)
  readonly maxInFlight: number = 512;

  /** How long a saga belongs to the process that drives it; another one takes over when this has passed without a sign. */
  @FromEnv({ name: 'SKALD_LEASE', read: read.asDuration, mend: 'give a duration from 1s to 1h' })
  @Min(SECOND)
  @Max(3_600 * SECOND)
  readonly lease: number = 10 * SECOND;

  /** How often Postgres is asked for due sagas that no job has brought. */
  @FromEnv({ name: 'SKALD_SWEEP_INTERVAL', read: read.asDuration, mend: 'give a duration from 50ms to 10m' })
  @Min(50)
  @Max(600 * SECOND)
  readonly sweepInterval: number = SECOND;

  /** How long finished sagas are kept. None: for ever. */
  @FromEnv({ name: 'SKALD_RETENTION', read: read.asDuration, mend: 'give a duration from 1d to 3650d' })
  @IsOptional()
  @Min(DAY)
  @Max(3_650 * DAY)
  readonly retention: number | null = null;

  /** How long a receiver of events may take to answer one. */
  @FromEnv({ name: 'SKALD_WEBHOOK_TIMEOUT', read: read.asDuration, mend: 'give a duration from 100ms to 60s' })
  @Min(100)
  @Max(60 * SECOND)
  readonly webhookTimeout: number = 10 * SECOND;

  /** How long events of a saga are tried at a receiver that takes none of them. */
  @FromEnv({ name: 'SKALD_WEBHOOK_GIVE_UP', read: read.asDuration, mend: 'give a duration from 1s to 30d' })
  @Min(SECOND)
  @Max(30 * DAY)
  readonly webhookGiveUp: number = DAY;

  /** How long events wait for a receiver at most, and how long what became of them is remembered. */
  @FromEnv({ name: 'SKALD_WEBHOOK_RETENTION', read: read.asDuration, mend: 'give a duration from 1h to 365d' })
  @Min(DAY / 24)
  @Max(365 * DAY)
  readonly webhookRetention: number = 7 * DAY;

  /** The largest request body. */
  @FromEnv({ name: 'SKALD_BODY_LIMIT', read: read.asBytes, mend: 'give a size from 1KiB to 64MiB' })
  @Min(1_024)
  @Max(64 * 1_048_576)
  readonly bodyLimit: number = 1_048_576;

  /** Requests per second that one caller may make, on average over ten seconds. 0: any number. */
  @FromEnv({
    name: 'SKALD_RATE_LIMIT',
    read: read.asWholeNumber,
    mend: 'give requests per second, a number from 1 to 1000000, or 0 for no limit',
  })
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  readonly rateLimit: number = 5_000;

  /** How overdue a saga may get before sheddable starts are turned away; normal ones from twice that on. 0: never. */
  @FromEnv({ name: 'SKALD_SHED_DUE_AGE', read: read.asDuration, mend: 'give a duration up to 1d, or 0s for never' })
  @Max(DAY)
  readonly shedDueAge: number = 30 * SECOND;

  /** The same for how late the event loop may be. */
  @FromEnv({ name: 'SKALD_SHED_LOOP_LAG', read: read.asDuration, mend: 'give a duration up to 1h, or 0s for never' })
  @Max(3_600 * SECOND)
  readonly shedLoopLag: number = 500;

  /** The same for how long an entry may wait for its commit, or a read for a connection to Postgres. */
  @FromEnv({ name: 'SKALD_SHED_COMMIT_WAIT', read: read.asDuration, mend: 'give a duration up to 1h, or 0s for never' })
  @Max(3_600 * SECOND)
  readonly shedCommitWait: number = 2 * SECOND;

  /** Queues that sagas are spread over; more than one only when a single Redis is the ceiling. */
  @FromEnv({ name: 'SKALD_QUEUE_SHARDS', read: read.asWholeNumber, mend: 'give a number from 1 to 64' })
  @IsInt()
  @Min(1)
  @Max(64)
  readonly queueShards: number = 1;

  /** How long a shutdown waits for calls that are under way. */
  @FromEnv({ name: 'SKALD_DRAIN_TIMEOUT', read: read.asDuration, mend: 'give a duration from 0s to 10m' })
  @Max(600 * SECOND)
  readonly drainTimeout: number = 25 * SECOND;

  @FromEnv({ name: 'LOG_LEVEL', read: read.asText, mend: 'use trace, debug, info, warn, error, fatal or silent' })
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
  readonly logLevel: string = 'info';

  @FromEnv({ name: 'SKALD_LOG_FORMAT', read: read.asText, mend: 'use json or pretty' })
  @IsIn(['json', 'pretty'])
  readonly logFormat: 'json' | 'pretty' = 'json';

  /** Where traces go, by OTLP over HTTP. None: nowhere. */
  @FromEnv({
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    read: read.asBaseUrl,
    mend: 'give the http or https URL of a collector',
  })
  @IsOptional()
  @IsUrl(WEB)
  readonly otlpEndpoint: string | null = null;

  /** For crash tests only: the process kills itself there. */
  @FromEnv({
    name: 'SKALD_CRASH_AT',
    read: read.asCrashPoint,
    mend: 'give the name of a crash point and a number, such as before-append:3',
  })
  readonly crashAt: read.CrashPoint | null = null;

  /** For crash tests only: `off` lets two drivers record the same step, which the tests must notice. */
  @FromEnv({ name: 'SKALD_TEST_FENCE', read: read.asText, mend: 'leave it alone' })
  @IsIn(['on', 'off'])
  readonly fence: 'on' | 'off' = 'on';

  /** Other machines may reach the server, and nothing here says who may come in: the database must hold a key then. */
  readonly needsStoredKey: boolean = false;

  /** What to tell the operator at boot. */
  readonly warnings: readonly string[] = [];

  /** The environment says who may come in, so that nobody may who can't prove it. */
  get isGuarded(): boolean {
    return this.apiKeys.length > 0 || this.jwtIssuer !== null;
  }

  /** Variable name → value, fit for a log: no secret and no password. */
  describe(): Record<string, string> {
    return describeConfig(this);
  }

  toJSON(): Record<string, string> {
    return this.describe();
  }

  [inspect.custom](): string {
    return `Config ${inspect(this.describe())}`;
  }
}
