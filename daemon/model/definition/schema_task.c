#include "common/macros.h"
#include "schema.h"

/* What RegisterTaskDefinition takes (API version 2014-11-13), spelled as ECS does. */

#define AWS(name) \
	{ \
		.members = name, .count = ARRAY_LENGTH(name), .open = true \
	}

#define TEXT(k) \
	{ \
		.key = k, .types = SCHEMA_STRING \
	}
#define NEEDED(k, e) \
	{ \
		.key = k, .types = SCHEMA_STRING, .required = true, .example = e \
	}
#define NUMBER(k) \
	{ \
		.key = k, .types = SCHEMA_INTEGER \
	}
#define FLAG(k) \
	{ \
		.key = k, .types = SCHEMA_BOOLEAN \
	}
#define ONE_OF(k, ...) \
	{ \
		.key = k, .types = SCHEMA_STRING, .values = VALUES(__VA_ARGS__) \
	}
#define TEXTS(k) \
	{ \
		.key = k, .types = SCHEMA_ARRAY, .element = &text \
	}
#define MAP(k) \
	{ \
		.key = k, .types = SCHEMA_OBJECT, .object = &schema_map \
	}
#define OBJECT(k, o) \
	{ \
		.key = k, .types = SCHEMA_OBJECT, .object = o \
	}
#define LIST(k, o) \
	{ \
		.key = k, .types = SCHEMA_ARRAY, .element = &(const struct schema_member) \
		{ \
			.types = SCHEMA_OBJECT, .object = o \
		} \
	}

static const struct schema_member text = { .types = SCHEMA_STRING, .example = "\"text\"" };
static const struct schema_member number = { .types = SCHEMA_INTEGER, .example = "1" };
static const struct schema_member map_name = { .types = SCHEMA_STRING };
static const struct schema schema_map = { .map_key = &map_name, .map_value = &text };

/* --- pairs of a name and something */

static const struct schema_member pair_members[] = { TEXT("name"), TEXT("value") };
static const struct schema schema_pair = AWS(pair_members);

static const struct schema_member variable_members[] = {
	{ .key = "name", .types = SCHEMA_STRING, .required = true, .shortest = 1, VARIABLE_NAME },
	{ .key = "value", .types = SCHEMA_STRING, .example = "\"text\"" },
};
static const struct schema schema_variable = AWS(variable_members);

static const struct schema_member secret_members[] = {
	NEEDED("name", "\"PASSWORD\""),
	NEEDED("valueFrom", "\"arn:aws:ssm:eu-west-1:123456789012:parameter/password\""),
};
static const struct schema schema_secret = AWS(secret_members);

static const struct schema_member environment_file_members[] = {
	NEEDED("value", "\"arn:aws:s3:::bucket/file.env\""),
	{ .key = "type", .types = SCHEMA_STRING, .values = VALUES("s3"), .required = true },
};
static const struct schema schema_environment_file = AWS(environment_file_members);

static const struct schema_member mps_members[] = {
	{ .key = "memory",
		.types = SCHEMA_INTEGER,
		.required = true,
		.least = 1,
		.most = 1 << 30,
		.example = "1024" },
	{ .key = "maxComputePercent", .types = SCHEMA_INTEGER, .least = 1, .most = 100, .example = "50" },
};
static const struct schema schema_mps = AWS(mps_members);

static const struct schema_member sharing_members[] = { OBJECT("nvidiaMps", &schema_mps) };
static const struct schema schema_sharing = AWS(sharing_members);

static const struct schema_member resource_members[] = {
	NEEDED("value", "\"1\""),
	{ .key = "type",
		.types = SCHEMA_STRING,
		.values = VALUES("GPU", "InferenceAccelerator", "NeuronDevice"),
		.required = true },
	OBJECT("sharingStrategy", &schema_sharing),
};
static const struct schema schema_resource = AWS(resource_members);

static const struct schema_member system_control_members[] = { TEXT("namespace"), TEXT("value") };
static const struct schema schema_system_control = AWS(system_control_members);

/* --- what a container has */

static const struct schema_member credentials_members[] = {
	NEEDED("credentialsParameter",
		"\"arn:aws:secretsmanager:eu-west-1:123456789012:secret:registry-AbCdEf\""),
};
static const struct schema schema_credentials = AWS(credentials_members);

static const struct schema_member port_members[] = {
	{ .key = "containerPort", .types = SCHEMA_INTEGER, .most = 65535, .example = "8080" },
	{ .key = "hostPort", .types = SCHEMA_INTEGER, .most = 65535, .example = "8080" },
	ONE_OF("protocol", "tcp", "udp"),
	TEXT("name"),
	ONE_OF("appProtocol", "http", "http2", "grpc"),
	TEXT("containerPortRange"),
};
static const struct schema schema_port = AWS(port_members);

static const struct schema_member restart_members[] = {
	{ .key = "enabled", .types = SCHEMA_BOOLEAN, .required = true, .example = "true" },
	{ .key = "ignoredExitCodes", .types = SCHEMA_ARRAY, .element = &number, .longest = 50 },
	{ .key = "restartAttemptPeriod",
		.types = SCHEMA_INTEGER,
		.least = 60,
		.most = 1800,
		.example = "300" },
};
static const struct schema schema_restart = AWS(restart_members);

static const struct schema_member mount_members[] = {
	{ .key = "sourceVolume", .types = SCHEMA_STRING, .example = "\"scratch\"" },
	{ .key = "containerPath", .types = SCHEMA_STRING, .example = "\"/scratch\"" },
	FLAG("readOnly"),
};
static const struct schema schema_mount = AWS(mount_members);

static const struct schema_member volumes_from_members[] = { TEXT("sourceContainer"), FLAG("readOnly") };
static const struct schema schema_volumes_from = AWS(volumes_from_members);

static const struct schema_member capability_members[] = { TEXTS("add"), TEXTS("drop") };
static const struct schema schema_capabilities = AWS(capability_members);

static const struct schema_member permission = { .types = SCHEMA_STRING,
	.values = VALUES("read", "write", "mknod") };
static const struct schema_member device_members[] = {
	NEEDED("hostPath", "\"/dev/fuse\""),
	TEXT("containerPath"),
	{ .key = "permissions", .types = SCHEMA_ARRAY, .element = &permission },
};
static const struct schema schema_device = AWS(device_members);

static const struct schema_member tmpfs_members[] = {
	NEEDED("containerPath", "\"/run\""),
	{ .key = "size", .types = SCHEMA_INTEGER, .required = true, .example = "64" },
	TEXTS("mountOptions"),
};
static const struct schema schema_tmpfs = AWS(tmpfs_members);

static const struct schema_member linux_members[] = {
	OBJECT("capabilities", &schema_capabilities),
	LIST("devices", &schema_device),
	FLAG("initProcessEnabled"),
	NUMBER("sharedMemorySize"),
	LIST("tmpfs", &schema_tmpfs),
	NUMBER("maxSwap"),
	{ .key = "swappiness", .types = SCHEMA_INTEGER, .least = 0, .most = 100, .example = "60" },
};
static const struct schema schema_linux = AWS(linux_members);

static const struct schema_member depends_members[] = {
	NEEDED("containerName", "\"agent\""),
	{ .key = "condition",
		.types = SCHEMA_STRING,
		.values = VALUES("START", "COMPLETE", "SUCCESS", "HEALTHY"),
		.required = true },
};
static const struct schema schema_depends = AWS(depends_members);

static const struct schema_member host_members[] = {
	NEEDED("hostname", "\"db\""),
	NEEDED("ipAddress", "\"10.0.0.1\""),
};
static const struct schema schema_host = AWS(host_members);

static const struct schema_member ulimit_members[] = {
	{ .key = "name",
		.types = SCHEMA_STRING,
		.required = true,
		.values = VALUES("core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice",
			"nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack") },
	{ .key = "softLimit", .types = SCHEMA_INTEGER, .required = true, .example = "65536" },
	{ .key = "hardLimit", .types = SCHEMA_INTEGER, .required = true, .example = "65536" },
};
static const struct schema schema_ulimit = AWS(ulimit_members);

static const struct schema_member log_members[] = {
	{ .key = "logDriver",
		.types = SCHEMA_STRING,
		.required = true,
		.example = "\"awslogs\"",
		.values = VALUES("json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk",
			"awsfirelens") },
	MAP("options"),
	LIST("secretOptions", &schema_secret),
};
static const struct schema schema_log = AWS(log_members);

static const struct schema_member health_members[] = {
	{ .key = "command",
		.types = SCHEMA_ARRAY,
		.element = &text,
		.required = true,
		.example = "[\"CMD-SHELL\", \"test -f /ok || exit 1\"]" },
	{ .key = "interval", .types = SCHEMA_INTEGER, .least = 5, .most = 300, .example = "30" },
	{ .key = "timeout", .types = SCHEMA_INTEGER, .least = 2, .most = 60, .example = "5" },
	{ .key = "retries", .types = SCHEMA_INTEGER, .least = 1, .most = 10, .example = "3" },
	{ .key = "startPeriod", .types = SCHEMA_INTEGER, .least = 0, .most = 300, .example = "60" },
};
static const struct schema schema_health = AWS(health_members);

static const struct schema_member firelens_members[] = {
	{ .key = "type", .types = SCHEMA_STRING, .values = VALUES("fluentd", "fluentbit"), .required = true },
	MAP("options"),
};
static const struct schema schema_firelens = AWS(firelens_members);

static const struct schema_member container_members[] = {
	{ .key = "name",
		.types = SCHEMA_STRING,
		.shortest = 1,
		.longest = 255,
		.pattern = "^[A-Za-z0-9_-]+$",
		.what = "the name of a container",
		.example = "\"agent\"",
		.remedy = "write letters, digits, \"-\" and \"_\"",
		.description = "Needed by all but the first, which has the app's name where absent." },
	{ .key = "image",
		.types = SCHEMA_STRING,
		.shortest = 1,
		IMAGE_NAME,
		.description = "Needed by all but the first, whose image is the app's." },
	OBJECT("repositoryCredentials", &schema_credentials),
	{ .key = "cpu", .types = SCHEMA_INTEGER, .most = 1 << 20, .example = "128" },
	{ .key = "memory", .types = SCHEMA_INTEGER, .least = 4, .most = 1 << 30, .example = "256" },
	{ .key = "memoryReservation",
		.types = SCHEMA_INTEGER,
		.least = 4,
		.most = 1 << 30,
		.example = "128" },
	TEXTS("links"),
	LIST("portMappings", &schema_port),
	FLAG("essential"),
	OBJECT("restartPolicy", &schema_restart),
	TEXTS("entryPoint"),
	TEXTS("command"),
	LIST("environment", &schema_variable),
	{ .key = "environmentFiles",
		.types = SCHEMA_ARRAY,
		.element = &(const struct schema_member){ .types = SCHEMA_OBJECT,
			.object = &schema_environment_file },
		.longest = 10 },
	LIST("mountPoints", &schema_mount),
	LIST("volumesFrom", &schema_volumes_from),
	OBJECT("linuxParameters", &schema_linux),
	LIST("secrets", &schema_secret),
	LIST("dependsOn", &schema_depends),
	{ .key = "startTimeout", .types = SCHEMA_INTEGER, .least = 2, .most = 120, .example = "120" },
	{ .key = "stopTimeout", .types = SCHEMA_INTEGER, .least = 2, .most = 120, .example = "30" },
	ONE_OF("versionConsistency", "enabled", "disabled"),
	TEXT("hostname"),
	TEXT("user"),
	TEXT("workingDirectory"),
	FLAG("disableNetworking"),
	FLAG("privileged"),
	FLAG("readonlyRootFilesystem"),
	TEXTS("dnsServers"),
	TEXTS("dnsSearchDomains"),
	LIST("extraHosts", &schema_host),
	TEXTS("dockerSecurityOptions"),
	FLAG("interactive"),
	FLAG("pseudoTerminal"),
	MAP("dockerLabels"),
	LIST("ulimits", &schema_ulimit),
	OBJECT("logConfiguration", &schema_log),
	OBJECT("healthCheck", &schema_health),
	LIST("systemControls", &schema_system_control),
	LIST("resourceRequirements", &schema_resource),
	OBJECT("firelensConfiguration", &schema_firelens),
	TEXTS("credentialSpecs"),
};
static const struct schema schema_container = AWS(container_members);

/* --- volumes */

static const struct schema_member volume_host_members[] = { TEXT("sourcePath") };
static const struct schema schema_volume_host = AWS(volume_host_members);

static const struct schema_member docker_volume_members[] = {
	ONE_OF("scope", "task", "shared"),
	FLAG("autoprovision"),
	TEXT("driver"),
	MAP("driverOpts"),
	MAP("labels"),
};
static const struct schema schema_docker_volume = AWS(docker_volume_members);

static const struct schema_member efs_access_members[] = { TEXT("accessPointId"),
	ONE_OF("iam", "ENABLED", "DISABLED") };
static const struct schema schema_efs_access = AWS(efs_access_members);

static const struct schema_member efs_members[] = {
	NEEDED("fileSystemId", "\"fs-0123456789abcdef0\""),
	TEXT("rootDirectory"),
	ONE_OF("transitEncryption", "ENABLED", "DISABLED"),
	{ .key = "transitEncryptionPort", .types = SCHEMA_INTEGER, .most = 65535, .example = "2049" },
	OBJECT("authorizationConfig", &schema_efs_access),
};
static const struct schema schema_efs = AWS(efs_members);

static const struct schema_member s3files_members[] = {
	NEEDED("fileSystemArn",
		"\"arn:aws:s3files:eu-west-1:123456789012:file-system/fs-0123456789abcdef0\""),
	TEXT("rootDirectory"),
	{ .key = "transitEncryptionPort", .types = SCHEMA_INTEGER, .most = 65535, .example = "2049" },
	TEXT("accessPointArn"),
};
static const struct schema schema_s3files = AWS(s3files_members);

static const struct schema_member fsx_access_members[] = {
	NEEDED("credentialsParameter", "\"arn:aws:ssm:eu-west-1:123456789012:parameter/fsx\""),
	NEEDED("domain", "\"example.com\""),
};
static const struct schema schema_fsx_access = AWS(fsx_access_members);

static const struct schema_member fsx_members[] = {
	NEEDED("fileSystemId", "\"fs-0123456789abcdef0\""),
	NEEDED("rootDirectory", "\"share\""),
	{ .key = "authorizationConfig",
		.types = SCHEMA_OBJECT,
		.object = &schema_fsx_access,
		.required = true },
};
static const struct schema schema_fsx = AWS(fsx_members);

static const struct schema_member volume_members[] = {
	{ .key = "name",
		.types = SCHEMA_STRING,
		.required = true,
		.shortest = 1,
		.longest = 255,
		.example = "\"scratch\"" },
	OBJECT("host", &schema_volume_host),
	OBJECT("dockerVolumeConfiguration", &schema_docker_volume),
	OBJECT("efsVolumeConfiguration", &schema_efs),
	OBJECT("s3filesVolumeConfiguration", &schema_s3files),
	OBJECT("fsxWindowsFileServerVolumeConfiguration", &schema_fsx),
	FLAG("configuredAtLaunch"),
};
static const struct schema schema_volume = AWS(volume_members);

/* --- the task */

static const struct schema_member placement_members[] = { ONE_OF("type", "memberOf"), TEXT("expression") };
static const struct schema schema_placement = AWS(placement_members);

static const struct schema_member proxy_members[] = {
	ONE_OF("type", "APPMESH"),
	NEEDED("containerName", "\"envoy\""),
	LIST("properties", &schema_pair),
	{ .key = "proxyConfigurationProperties", .mark = SCHEMA_MISTAKE, .remedy = "write \"properties\"" },
};
static const struct schema schema_proxy = AWS(proxy_members);

static const struct schema_member storage_members[] = {
	{ .key = "sizeInGiB",
		.types = SCHEMA_INTEGER,
		.required = true,
		.least = 21,
		.most = 200,
		.example = "50",
		.description = "Without it tasks have 20 GiB." },
};
static const struct schema schema_storage = AWS(storage_members);

static const struct schema_member platform_members[] = {
	ONE_OF("cpuArchitecture", "X86_64", "ARM64"),
	ONE_OF("operatingSystemFamily", "LINUX", "WINDOWS_SERVER_2016_FULL", "WINDOWS_SERVER_2019_CORE",
		"WINDOWS_SERVER_2019_FULL", "WINDOWS_SERVER_2004_CORE", "WINDOWS_SERVER_20H2_CORE",
		"WINDOWS_SERVER_2022_CORE", "WINDOWS_SERVER_2022_FULL", "WINDOWS_SERVER_2025_CORE",
		"WINDOWS_SERVER_2025_FULL"),
};
static const struct schema schema_platform = AWS(platform_members);

static const struct schema_member compatibility = { .types = SCHEMA_STRING,
	.values = VALUES("FARGATE", "EC2", "EXTERNAL", "MANAGED_INSTANCES") };

static const struct schema_member tag_members[] = {
	{ .key = "key",
		.types = SCHEMA_STRING,
		.required = true,
		.shortest = 1,
		.longest = 128,
		.example = "\"team\"" },
	{ .key = "value", .types = SCHEMA_STRING, .longest = 256, .example = "\"night shift\"" },
};
static const struct schema schema_tag = AWS(tag_members);

static const struct schema_member accelerator_members[] = {
	NEEDED("deviceName", "\"device_1\""),
	NEEDED("deviceType", "\"eia2.medium\""),
};
static const struct schema schema_accelerator = AWS(accelerator_members);

static const struct schema_member trusted_members[] = {
	{ .key = "isolationMode",
		.types = SCHEMA_STRING,
		.required = true,
		.values = VALUES("SHARED", "ISOLATED_SANDBOX", "CONFIDENTIAL_SANDBOX") },
	TEXT("attestationPolicy"),
};
static const struct schema schema_trusted = AWS(trusted_members);

#define TASK_ROLE(k, name) \
	{ \
		.key = k, .types = SCHEMA_STRING, .shortest = 1, .longest = 2048, .pattern = ROLE_PATTERN, \
		.what = "a role", .example = "\"" name "\"", \
		.remedy = "write the name or the ARN of a role, for example \"" name "\"" \
	}

static const struct schema_member task_members[] = {
	TASK_ROLE("taskRoleArn", "jobsTaskRole"),
	TASK_ROLE("executionRoleArn", "ecsTaskExecutionRole"),
	ONE_OF("networkMode", "awsvpc", "bridge", "host", "none"),
	{ .key = "containerDefinitions",
		.types = SCHEMA_ARRAY,
		.element =
			&(const struct schema_member){ .types = SCHEMA_OBJECT, .object = &schema_container },
		.longest = 10,
		.description = "The first container is the batch; the others stand beside it." },
	LIST("volumes", &schema_volume),
	LIST("placementConstraints", &schema_placement),
	{ .key = "requiresCompatibilities", .types = SCHEMA_ARRAY, .element = &compatibility },
	{ .key = "cpu",
		.types = SCHEMA_STRING | SCHEMA_INTEGER,
		.example = "\"256\"",
		.description = "CPU units of the task: \"256\", 256 or \"0.25 vCPU\"." },
	{ .key = "memory",
		.types = SCHEMA_STRING | SCHEMA_INTEGER,
		.example = "\"512\"",
		.description = "MiB of the task: \"512\", 512 or \"0.5 GB\"." },
	ONE_OF("pidMode", "task"),
	ONE_OF("ipcMode", "task", "host", "none"),
	OBJECT("proxyConfiguration", &schema_proxy),
	OBJECT("ephemeralStorage", &schema_storage),
	OBJECT("runtimePlatform", &schema_platform),
	FLAG("enableFaultInjection"),
	LIST("inferenceAccelerators", &schema_accelerator),
	OBJECT("trustedExecutionConfiguration", &schema_trusted),
	{ .key = "taskDefinition",
		.mark = SCHEMA_MISTAKE,
		.remedy = "this is the answer of DescribeTaskDefinition: write what is in it, without it" },
	{ .key = "Properties",
		.mark = SCHEMA_MISTAKE,
		.remedy =
			"this is a resource of CloudFormation: write what is in it, without it, and each name with a small first letter" },
	{ .key = "family",
		.mark = SCHEMA_LEFT_OUT,
		.remedy =
			"leave it out: a family is named on app or batch, and is <app>-<batch> where it is not" },
	{ .key = "tags",
		.types = SCHEMA_ARRAY,
		.element = &(const struct schema_member){ .types = SCHEMA_OBJECT, .object = &schema_tag },
		.longest = 50,
		.description =
			"Tags of the task definition alone; the app's and the batch's are on it too." },
};

/* What DescribeTaskDefinition gives and RegisterTaskDefinition does not take: a pasted answer may hold it. */
static const char *const described_only[] = { "taskDefinitionArn", "revision", "status", "requiresAttributes",
	"compatibilities", "registeredAt", "registeredBy", "deregisteredAt", "deleteRequestedAt", NULL };

const struct schema schema_task_definition = {
	.members = task_members,
	.count = ARRAY_LENGTH(task_members),
	.open = true,
	.ignored = described_only,
};
