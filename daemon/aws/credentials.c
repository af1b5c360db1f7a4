#include "credentials.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/files.h"
#include "common/macros.h"
#include "common/text.h"
#include "common/trust.h"

enum { FILE_LIMIT = 1024 * 1024, CHAIN_LIMIT = 8 };

#define SESSION_NAME "fargate-batchd"
#define SERVICE_KEYS "/etc/fargate-batchd/credentials"
#define INSTEAD \
	"set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a profile with keys or with role_arn and " \
	"source_profile"

const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

bool environment_on(const char *name)
{
	const char *value = environment(name);

	return value && !strcasecmp(value, "true");
}

/* The files. */

static const char *shared_file(struct arena *arena, const char *variable, const char *name)
{
	const char *given = environment(variable), *home = environment("HOME");

	if (given && text_starts(given, "~/") && home)
		return arena_printf(arena, "%s%s", home, given + 1);
	if (given)
		return arena_copy(arena, given);
	return home ? arena_printf(arena, "%s/.aws/%s", home, name) : NULL;
}

/* Whoever writes the file says whose keys are used, and where they are sent. */
static bool trusted(struct configuration *configuration, struct arena *arena, int file, const char *path,
	struct error *error)
{
	struct distrust why;

	if (trust_opened(arena, file, "file", path, &why))
		return true;
	if (configuration->strict)
		return error_set(error, ERROR_INPUT, "%s: %s; %s", path, why.message, why.remedy);
	configuration->warning = arena_printf(arena, "%s: %s; %s", path, why.message, why.remedy);
	return true;
}

/* False with `missing` where there is none. */
static char *read_trusted(struct configuration *configuration, struct arena *arena, const char *path,
	bool *missing, struct error *error)
{
	size_t length;
	CLEANUP_FILE int file = file_open(path, FILE_LIMIT, &length, missing, error);
	char *text;

	if (file < 0 || !trusted(configuration, arena, file, path, error))
		return NULL;
	text = file_read_opened(arena, file, path, length, &length, error);
	if (text && strlen(text) != length)
		return error_set(error, ERROR_INPUT, "%s is not a text file", path), NULL;
	return text;
}

static bool add_file(struct configuration *configuration, struct profiles *profiles, struct arena *arena,
	enum profiles_form form, const char *path, struct error *error)
{
	struct error fault = { 0 };
	bool missing = false;
	char *text;

	if (!path)
		return true;
	text = read_trusted(configuration, arena, path, &missing, &fault);
	if (!text)
		return missing || error_set(error, fault.code, "%s", fault.text);
	return profiles_add(profiles, arena, form, path, text, error);
}

/* What systemd hands over is a copy, made at the start. */
static const char *renewal_of(const char *file)
{
	const char *directory = environment("CREDENTIALS_DIRECTORY");

	return directory && text_starts(file, directory) ? "put new ones into " SERVICE_KEYS
							   " and restart fargate-batchd"
							 : "put new ones there";
}

/* A slip of the pen in the service's own keys is why there are none, and ends nothing: the daemon says so. */
static bool add_service_keys(struct configuration *configuration, struct arena *arena, struct error *error)
{
	const char *path = configuration->directory_file;
	struct error fault = { 0 };
	bool missing = false;
	char *text = path ? read_trusted(configuration, arena, path, &missing, &fault) : NULL;

	if (!text)
		return !path || missing || error_set(error, fault.code, "%s", fault.text);
	if (profiles_add(&configuration->directory, arena, PROFILES_CREDENTIALS, path, text, &fault))
		return profiles_add(&configuration->profiles, arena, PROFILES_CREDENTIALS, path, text, error);
	configuration->directory = (struct profiles){ 0 };
	configuration->slip = arena_printf(arena, "%s; %s", fault.text, renewal_of(path));
	return true;
}

static bool unknown_profile(
	const struct configuration *configuration, struct arena *arena, struct error *error)
{
	const struct profiles *profiles = &configuration->profiles;
	const char **names = arena_alloc(arena, (profiles->count + 1) * sizeof *names), *nearest;

	for (size_t i = 0; i < profiles->count; i++)
		names[i] = profiles->list[i].name;
	nearest = text_nearest(configuration->profile_name, names, profiles->count);
	return error_set(error, ERROR_INPUT, "there is no profile \"%s\" in %s or %s%s%s%s%s%s",
		configuration->profile_name,
		configuration->config_file ? configuration->config_file : "~/.aws/config",
		configuration->credentials_file ? configuration->credentials_file : "~/.aws/credentials",
		configuration->directory_file ? " or " : "",
		configuration->directory_file ? configuration->directory_file : "",
		nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"" : "");
}

/* The credential "aws" that systemd hands the service over; beside the service the file that it comes from.
 */
static const char *service_keys(struct arena *arena)
{
	const char *directory = environment("CREDENTIALS_DIRECTORY");

	if (directory)
		return arena_printf(arena, "%s/aws", directory);
	return access(SERVICE_KEYS, R_OK) == 0 ? SERVICE_KEYS : NULL;
}

bool configuration_read(struct configuration *configuration, struct arena *arena, const char *profile_flag,
	const char *profile_setting, bool strict, struct error *error)
{
	const char *named = profile_flag;
	struct profiles *all = &configuration->profiles;

	if (!named)
		named = environment("AWS_PROFILE");
	if (!named)
		named = profile_setting;
	*configuration = (struct configuration){ .profile_flag = profile_flag != NULL,
		.profile_setting = arena_copy(arena, profile_setting),
		.profile_name = arena_copy(arena, named ? named : "default"),
		.config_file = shared_file(arena, "AWS_CONFIG_FILE", "config"),
		.credentials_file = shared_file(arena, "AWS_SHARED_CREDENTIALS_FILE", "credentials"),
		.directory_file = service_keys(arena),
		.strict = strict };
	/* What is read later counts more. */
	if (!add_file(configuration, all, arena, PROFILES_CONFIG, configuration->config_file, error) ||
		!add_file(configuration, all, arena, PROFILES_CREDENTIALS, configuration->credentials_file,
			error) ||
		!add_service_keys(configuration, arena, error))
		return false;
	configuration->profile = profiles_find(&configuration->profiles, configuration->profile_name);
	return configuration->profile || configuration->slip || !named ||
	       unknown_profile(configuration, arena, error);
}

/* The sources. */

static const struct source *no_keys(struct arena *arena, const char *problem)
{
	struct source *source = arena_alloc(arena, sizeof *source);

	source->problem = problem;
	return source;
}

static const struct source *static_keys(struct arena *arena, const char *origin, const char *renewal,
	const char *access, const char *secret, const char *token)
{
	struct source *source = arena_alloc(arena, sizeof *source);

	source->origin = origin;
	source->renewal = renewal;
	source->keys = (struct keys){ arena_copy(arena, access), arena_copy(arena, secret),
		arena_copy(arena, token) };
	return source;
}

/* NULL where the environment holds no keys at all. */
static const struct source *from_environment(struct arena *arena)
{
	const char *access = environment("AWS_ACCESS_KEY_ID"), *secret = environment("AWS_SECRET_ACCESS_KEY");

	if (!access && !secret)
		return NULL;
	if (!access || !secret)
		return no_keys(arena, arena_printf(arena, "%s is set but %s is not: set both, or neither",
					      access ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
					      access ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID"));
	return static_keys(arena, "the environment", "start again with new ones", access, secret,
		environment("AWS_SESSION_TOKEN"));
}

/* NULL where the profile holds no keys of its own. */
static const struct source *from_profile_keys(const struct profile *profile, struct arena *arena)
{
	const char *access = profile_get(profile, "aws_access_key_id"),
		   *secret = profile_get(profile, "aws_secret_access_key"), *file;

	if (!access && !secret)
		return NULL;
	file = profile_file(profile, access ? "aws_access_key_id" : "aws_secret_access_key");
	if (!access || !secret)
		return no_keys(arena,
			arena_printf(arena, "the profile \"%s\" in %s has %s but no %s; %s", profile->name,
				file, access ? "aws_access_key_id" : "aws_secret_access_key",
				access ? "aws_secret_access_key" : "aws_access_key_id", renewal_of(file)));
	return static_keys(arena, arena_printf(arena, "the profile \"%s\" in %s", profile->name, file),
		renewal_of(file), access, secret, profile_get(profile, "aws_session_token"));
}

/* Ways to get keys that we do not have; NULL where the profile asks for none of them. */
static const struct source *from_unsupported(const struct profile *profile, struct arena *arena)
{
	static const struct {
		const char *key, *what;
	} ways[] = { { "web_identity_token_file", "a web identity" },
		{ "credential_process", "a credential process" }, { "sso_session", "IAM Identity Center" },
		{ "sso_start_url", "IAM Identity Center" } };

	for (size_t i = 0; i < ARRAY_LENGTH(ways); i++)
		if (profile_get(profile, ways[i].key))
			return no_keys(arena,
				arena_printf(arena,
					"the profile \"%s\" takes its keys from %s (%s), which is not supported yet; " INSTEAD,
					profile->name, ways[i].what, ways[i].key));
	return NULL;
}

static const struct source *from_profile(const struct configuration *configuration, struct arena *arena,
	const struct profile *profile, const struct profile *asking, unsigned depth);

static const struct source *from_credential_source(struct arena *arena, const struct profile *profile)
{
	const char *name = profile_get(profile, "credential_source");
	const struct source *keys;

	if (strcmp(name, "Environment") != 0)
		return no_keys(arena,
			arena_printf(arena,
				"the profile \"%s\" has credential_source = %s, which is not supported yet; use Environment or source_profile",
				profile->name, name));
	keys = from_environment(arena);
	return keys ? keys
		    : no_keys(arena,
			      arena_printf(arena,
				      "the profile \"%s\" takes its keys from the environment, where AWS_ACCESS_KEY_ID is not set",
				      profile->name));
}

/* Whose keys assume the role of the profile. */
static const struct source *role_from(const struct configuration *configuration, struct arena *arena,
	const struct profile *profile, unsigned depth)
{
	const char *name = profile_get(profile, "source_profile");
	const struct profile *other;

	if (!name && profile_get(profile, "credential_source"))
		return from_credential_source(arena, profile);
	if (!name)
		return no_keys(arena,
			arena_printf(arena,
				"the profile \"%s\" has role_arn but neither source_profile nor credential_source",
				profile->name));
	other = profiles_find(&configuration->profiles, name);
	if (!other)
		return no_keys(
			arena, arena_printf(arena,
				       "the profile \"%s\" names source_profile = %s, which is not there",
				       profile->name, name));
	return from_profile(configuration, arena, other, profile, depth + 1);
}

/* What the profile asks for and cannot have; NULL where it is well. */
static const char *role_problem(const struct profile *profile, struct arena *arena)
{
	const char *duration = profile_get(profile, "duration_seconds");

	if (profile_get(profile, "mfa_serial"))
		return arena_printf(arena,
			"the profile \"%s\" wants a code of an MFA device (mfa_serial), which nobody is here to enter; use a role that needs none",
			profile->name);
	if (duration && (duration[strspn(duration, "0123456789")] || strlen(duration) > 6))
		return arena_printf(arena,
			"the profile \"%s\" has duration_seconds = %s; write a number from 900 to 43200",
			profile->name, duration);
	return NULL;
}

static const struct source *from_role(const struct configuration *configuration, struct arena *arena,
	const struct profile *profile, unsigned depth)
{
	const char *duration = profile_get(profile, "duration_seconds"), *session;
	const char *problem = role_problem(profile, arena);
	const struct source *from;
	struct source *source;

	from = problem ? no_keys(arena, problem) : role_from(configuration, arena, profile, depth);
	if (from->problem)
		return from;
	source = arena_alloc(arena, sizeof *source);
	session = profile_get(profile, "role_session_name");
	source->role_arn = profile_get(profile, "role_arn");
	source->external_id = profile_get(profile, "external_id");
	source->session_name = session ? session : SESSION_NAME;
	source->duration = duration ? (unsigned)strtoul(duration, NULL, 10) : 0;
	source->from = from;
	return source;
}

/*
 * A profile's role comes before its keys, but a profile that names itself as the source of its role means its
 * keys.
 */
static const struct source *from_profile(const struct configuration *configuration, struct arena *arena,
	const struct profile *profile, const struct profile *asking, unsigned depth)
{
	const struct source *source = NULL;

	if (depth > CHAIN_LIMIT)
		return no_keys(
			arena, arena_printf(arena, "the profile \"%s\" names source_profile in a circle",
				       profile->name));
	if (profile != asking && profile_get(profile, "role_arn") &&
		!profile_get(profile, "web_identity_token_file"))
		return from_role(configuration, arena, profile, depth);
	source = from_profile_keys(profile, arena);
	if (!source)
		source = from_unsupported(profile, arena);
	if (!source)
		source = no_keys(arena,
			arena_printf(arena, "the profile \"%s\" holds no keys; " INSTEAD, profile->name));
	return source;
}

static const struct source *from_nowhere(const struct configuration *configuration, struct arena *arena)
{
	const char *container = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");

	if (!container)
		container = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	if (container)
		return no_keys(arena,
			"AWS_CONTAINER_CREDENTIALS_* is set, but keys from a container's endpoint are not supported yet; " INSTEAD);
	return no_keys(arena,
		arena_printf(arena,
			"no AWS credentials: neither AWS_ACCESS_KEY_ID in the environment nor a profile \"%s\" in %s or %s%s%s (an instance's own role is not supported yet); write them into " SERVICE_KEYS
			" and restart fargate-batchd, or " INSTEAD,
			configuration->profile_name,
			configuration->credentials_file ? configuration->credentials_file
							: "~/.aws/credentials",
			configuration->config_file ? configuration->config_file : "~/.aws/config",
			configuration->directory_file ? " or " : "",
			configuration->directory_file ? configuration->directory_file : ""));
}

/* A profile that only says where, say a region, is none to take keys from. */
static bool profile_has_keys(const struct profile *profile)
{
	static const char *const keys[] = { "aws_access_key_id", "aws_secret_access_key", "role_arn",
		"web_identity_token_file", "credential_process", "sso_session", "sso_start_url" };

	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		if (profile_get(profile, keys[i]))
			return true;
	return false;
}

const struct source *credentials_find(const struct configuration *configuration, struct arena *arena)
{
	const struct source *source = configuration->profile_flag ? NULL : from_environment(arena);
	const struct profile *profile = configuration->profile;

	if (source)
		return source;
	if (configuration->slip)
		return no_keys(arena, configuration->slip);
	if (profile &&
		profile_has_keys(profiles_find(&configuration->directory, configuration->profile_name)))
		return from_profile(configuration, arena, profile, NULL, 0);
	/* Before the shared files, as everywhere: going on to them might reach another account than was
	 * meant. */
	if (!configuration->profile_flag && environment("AWS_WEB_IDENTITY_TOKEN_FILE"))
		return no_keys(arena,
			"AWS_WEB_IDENTITY_TOKEN_FILE is set, but a web identity is not supported yet; " INSTEAD);
	if (profile && (configuration->profile_flag || profile_has_keys(profile)))
		return from_profile(configuration, arena, profile, NULL, 0);
	return from_nowhere(configuration, arena);
}
