#include "rules.h"

#include <stdint.h>
#include <string.h>

#include "common/text.h"
#include "schema_check.h"

/* What the containers of a task say together. What AWS would refuse when it registers them is told here. */

/* AWS takes ten; more are a fault already. */
enum { CONTAINERS_MOST = 10 };

/* One container, with what is around it. */
struct container {
	struct reader *reader;
	const struct app *app;
	const json_t *written; /* the app */
	const struct spot *spot;
	const json_t *json, *all;
	size_t index;
};

const json_t *first_container(const struct app *app)
{
	return json_array_get(json_object_get(app->task_definition, "containerDefinitions"), 0);
}

/* The first container has the app's name where it has none. */
static const char *name_of(const struct app *app, const json_t *all, size_t index)
{
	return json_text_of(json_array_get(all, index), "name", index ? "" : app->name);
}

static size_t index_of(const struct container *container, const char *name)
{
	size_t count = json_array_size(container->all), index = 0;

	while (index < count && strcmp(name_of(container->app, container->all, index), name) != 0)
		index++;
	return index;
}

static void check_identity(const struct container *container)
{
	struct reader *reader = container->reader;
	const char *name = name_of(container->app, container->all, container->index);
	const struct spot *at =
		json_object_get(container->json, "name") ? MEMBER(container->spot, "name") : container->spot;

	if (!*name && !json_object_get(container->json, "name"))
		fault_at(reader, container->spot, AT_VALUE,
			arena_printf(reader->arena, "container %zu has no \"name\"", container->index + 1),
			"write \"name\": \"agent\" (only the first has the app's)");
	if (*name && index_of(container, name) < container->index)
		fault_at(reader, at, AT_VALUE,
			arena_printf(reader->arena, "two containers are called %s", quoted(reader, name)),
			"give one another name");
	if (container->index && !json_object_get(container->json, "image"))
		fault_at(reader, container->spot, AT_VALUE,
			*name ? arena_printf(
					reader->arena, "container %s has no \"image\"", quoted(reader, name))
			      : arena_printf(reader->arena, "container %zu has no \"image\"",
					container->index + 1),
			"write \"image\": \"public.ecr.aws/...\" (only the first has the app's)");
}

static void off_fargate(const struct container *container, const struct spot *spot, const json_t *value)
{
	struct reader *reader = container->reader;

	if (says_something(value))
		fault_at(reader, spot, AT_KEY,
			arena_printf(reader->arena, "\"%s\" does not work on Fargate", spot->key),
			"leave it out");
}

static void check_capabilities(
	const struct container *container, const struct spot *spot, const json_t *capabilities)
{
	const json_t *add = json_object_get(capabilities, "add");

	for (size_t i = 0; i < json_array_size(add); i++) {
		const char *one = json_string_value(json_array_get(add, i));

		if (one && strcmp(one, "SYS_PTRACE") != 0)
			fault_at(container->reader, ELEMENT(MEMBER(spot, "add"), i), AT_VALUE,
				arena_printf(container->reader->arena,
					"Fargate does not give the capability %s",
					quoted(container->reader, one)),
				"leave it out: only \"SYS_PTRACE\" can be added");
	}
}

static void check_off_fargate(const struct container *container)
{
	static const char *const members[] = { "links", "privileged", "hostname", "extraHosts", "dnsServers",
		"dnsSearchDomains", "dockerSecurityOptions", "disableNetworking", "resourceRequirements" };
	static const char *const linux_members[] = { "devices", "sharedMemorySize", "maxSwap", "swappiness" };
	const json_t *linux_json = json_object_get(container->json, "linuxParameters");
	const struct spot *parameters = MEMBER(container->spot, "linuxParameters");

	for (size_t i = 0; i < ARRAY_LENGTH(members); i++)
		off_fargate(container, MEMBER(container->spot, members[i]),
			json_object_get(container->json, members[i]));
	for (size_t i = 0; i < ARRAY_LENGTH(linux_members); i++)
		off_fargate(container, MEMBER(parameters, linux_members[i]),
			json_object_get(linux_json, linux_members[i]));
	check_capabilities(
		container, MEMBER(parameters, "capabilities"), json_object_get(linux_json, "capabilities"));
}

static void check_ports(const struct container *container)
{
	const json_t *ports = json_object_get(container->json, "portMappings");

	for (size_t i = 0; i < json_array_size(ports); i++) {
		json_int_t inside = json_integer_of(json_array_get(ports, i), "containerPort", 0);
		json_int_t host = json_integer_of(json_array_get(ports, i), "hostPort", 0);
		const struct spot *list = MEMBER(container->spot, "portMappings"), *port = ELEMENT(list, i);

		if (host && inside && host != inside)
			fault_at(container->reader, MEMBER(port, "hostPort"), AT_VALUE,
				"\"hostPort\" is not \"containerPort\", and a task on Fargate has addresses of its own",
				"leave \"hostPort\" out");
	}
}

/* Variables and secrets are one set of names; the secrets' are the members of an object. */
static void check_variable(const struct container *container, const struct spot *spot, const json_t *variable,
	const json_t *secrets)
{
	struct reader *reader = container->reader;
	const char *name = json_text_of(variable, "name", NULL);

	if (!*json_text_of(variable, "value", "x"))
		warn_at(reader, MEMBER(spot, "value"), AT_VALUE,
			arena_printf(reader->arena, "%s is empty, and AWS may drop an empty variable",
				told_text(reader, spot, json_text_of(variable, "name", ""))),
			"leave it out, or write a value");
	if (name && json_object_get(secrets, name))
		fault_at(reader, MEMBER(spot, "name"), AT_VALUE,
			arena_printf(reader->arena, "%s is a variable and a secret",
				told_text(reader, spot, name)),
			"keep one of the two");
}

/* The names in a list of objects, as members of a new object. */
static json_t *names_in(const json_t *list)
{
	json_t *names = json_must(json_object());

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_text_of(json_array_get(list, i), "name", NULL);

		if (name)
			json_put(names, name, json_true());
	}
	return names;
}

static void check_environment(const struct container *container)
{
	const json_t *environment = json_object_get(container->json, "environment");
	const json_t *secrets = json_object_get(container->json, "secrets");
	const struct spot *variables = MEMBER(container->spot, "environment");
	json_t *names = names_in(secrets);

	check_no_twice(container->reader, variables, environment, "name");
	check_no_twice(container->reader, MEMBER(container->spot, "secrets"), secrets, "name");
	for (size_t i = 0; i < json_array_size(environment); i++)
		check_variable(container, ELEMENT(variables, i), json_array_get(environment, i), names);
	json_decref(names);
}

static void check_mounts(const struct container *container)
{
	struct reader *reader = container->reader;
	const json_t *mounts = json_object_get(container->json, "mountPoints");
	const json_t *volumes = json_object_get(container->app->task_definition, "volumes");
	CLEANUP_FREE const char **known = must_alloc((json_array_size(volumes) + 1) * sizeof *known);
	const struct spot *list = MEMBER(container->spot, "mountPoints");
	json_t *names = names_in(volumes);
	const char *name, *near;
	size_t count = 0;

	for (; count < json_array_size(volumes); count++)
		known[count] = json_text_of(json_array_get(volumes, count), "name", "");
	for (size_t at = 0; at < json_array_size(mounts); at++) {
		name = json_text_of(json_array_get(mounts, at), "sourceVolume", NULL);
		if (!name || json_object_get(names, name) || fault_is_cut(reader))
			continue;
		near = text_nearest(name, known, count);
		fault_at(reader, MEMBER(ELEMENT(list, at), "sourceVolume"), AT_VALUE,
			arena_printf(reader->arena, "there is no volume %s", quoted(reader, name)),
			near ? arena_printf(reader->arena, "write %s, or add the volume to \"volumes\"",
				       quoted(reader, near))
			     : arena_printf(reader->arena, "write {\"name\": %s} in \"volumes\"",
				       quoted(reader, name)));
	}
	json_decref(names);
}

/* The container that another one names; the count where there is none, which is told. */
static size_t named_container(const struct container *container, const struct spot *spot, const char *name)
{
	struct reader *reader = container->reader;
	size_t count = json_array_size(container->all), index = index_of(container, name);
	const char **known = arena_alloc(reader->arena, (count + 1) * sizeof *known), *near;

	for (size_t i = 0; i < count; i++)
		known[i] = name_of(container->app, container->all, i);
	if (index == count) {
		near = text_nearest(name, known, count);
		fault_at(reader, spot, AT_VALUE,
			arena_printf(reader->arena, "there is no container %s", quoted(reader, name)),
			near ? arena_printf(reader->arena, "write %s", quoted(reader, near))
			     : "write the \"name\" of a container of this task");
	} else if (index == container->index) {
		fault_at(reader, spot, AT_VALUE,
			arena_printf(reader->arena, "container %s names itself", quoted(reader, name)),
			"write the \"name\" of another container");
	}
	return index;
}

static void check_dependency(
	const struct container *container, const struct spot *spot, const json_t *dependency)
{
	const char *name = json_text_of(dependency, "containerName", NULL);
	const char *condition = json_text_of(dependency, "condition", "START");
	size_t index = name ? named_container(container, MEMBER(spot, "containerName"), name)
			    : json_array_size(container->all);
	const json_t *other = json_array_get(container->all, index);
	bool ends = strcmp(condition, "COMPLETE") == 0 || strcmp(condition, "SUCCESS") == 0;

	if (!other || index == container->index)
		return;
	if (strcmp(condition, "HEALTHY") == 0 && !json_object_get(other, "healthCheck"))
		fault_at(container->reader, MEMBER(spot, "condition"), AT_VALUE,
			arena_printf(container->reader->arena,
				"container %s has no \"healthCheck\", so it never gets healthy",
				quoted(container->reader, name)),
			"give it a \"healthCheck\", or write \"START\"");
	if (ends && json_bool_of(other, "essential", true))
		fault_at(container->reader, MEMBER(spot, "condition"), AT_VALUE,
			arena_printf(container->reader->arena,
				"container %s is essential: when it ends the whole task does",
				quoted(container->reader, name)),
			"write \"essential\": false there, or \"START\" here");
}

static void check_others(const struct container *container)
{
	const json_t *depends = json_object_get(container->json, "dependsOn");
	const json_t *from = json_object_get(container->json, "volumesFrom");
	const struct spot *depends_spot = MEMBER(container->spot, "dependsOn"),
			  *from_spot = MEMBER(container->spot, "volumesFrom");

	for (size_t i = 0; i < json_array_size(depends); i++)
		check_dependency(container, ELEMENT(depends_spot, i), json_array_get(depends, i));
	for (size_t i = 0; i < json_array_size(from); i++) {
		const char *name = json_text_of(json_array_get(from, i), "sourceContainer", NULL);

		if (name)
			named_container(container, MEMBER(ELEMENT(from_spot, i), "sourceContainer"), name);
	}
}

/* The app says where its first container logs to; the same said otherwise here would win, so it is told. */
static void check_own_log(const struct container *container, const struct spot *spot, const json_t *options)
{
	struct reader *reader = container->reader;
	const char *group = json_text_of(options, "awslogs-group", NULL),
		   *ours = container->app->log_group.use.name;
	const char *message;

	if (group && strcmp(group, ours) != 0) {
		message = arena_printf(reader->arena, "%s is not the app's log group, %s",
			quoted(reader, group), quoted(reader, ours));
		if (json_object_get(container->written, "logGroup"))
			fault_at(reader, MEMBER(spot, "awslogs-group"), AT_VALUE, message,
				"keep one of the two");
		else
			warn_at(reader, MEMBER(spot, "awslogs-group"), AT_VALUE, message,
				arena_printf(reader->arena,
					"write \"logGroup\": {\"name\": %s, \"managed\": false} in the app, or without \"managed\" where it is to be made and looked after",
					quoted(reader, group)));
	}
	if (!json_object_get(options, "awslogs-stream-prefix"))
		return;
	if (json_object_get(container->written, "logStreamPrefix"))
		fault_at(reader, MEMBER(spot, "awslogs-stream-prefix"), AT_KEY,
			"\"awslogs-stream-prefix\" beside the app's \"logStreamPrefix\"",
			"keep one of the two");
	else if (container->app->log_streams == LOG_STREAMS_BATCH)
		warn_at(reader, MEMBER(spot, "awslogs-stream-prefix"), AT_KEY,
			"with one \"awslogs-stream-prefix\" for all, no log stream names its batch",
			"write the app's \"logStreamPrefix\": \"{app}/{batch}\" instead");
}

static void check_logs(const struct container *container)
{
	static const char *const drivers[] = { "awslogs", "splunk", "awsfirelens" };
	const json_t *logs = json_object_get(container->json, "logConfiguration");
	const struct spot *spot = MEMBER(container->spot, "logConfiguration");
	const char *driver = json_text_of(logs, "logDriver", NULL);
	size_t i = 0;

	if (!driver)
		return;
	while (i < ARRAY_LENGTH(drivers) && strcmp(drivers[i], driver) != 0)
		i++;
	if (i == ARRAY_LENGTH(drivers))
		fault_at(container->reader, MEMBER(spot, "logDriver"), AT_VALUE,
			arena_printf(container->reader->arena, "\"logDriver\" cannot be %s on Fargate",
				quoted(container->reader, driver)),
			"write \"awslogs\", \"splunk\" or \"awsfirelens\", or leave \"logConfiguration\" out");
	if (i == 0 && container->index == 0)
		check_own_log(container, MEMBER(spot, "options"), json_object_get(logs, "options"));
}

/* Fargate has no rights of its own to fetch a file with. */
static void check_log_router(const struct container *container)
{
	const json_t *router = json_object_get(container->json, "firelensConfiguration");
	const char *type = json_text_of(json_object_get(router, "options"), "config-file-type", "");
	const struct spot *spot = MEMBER(container->spot, "firelensConfiguration"),
			  *options = MEMBER(spot, "options");

	if (strcmp(type, "s3") == 0)
		fault_at(container->reader, MEMBER(options, "config-file-type"), AT_VALUE,
			"\"config-file-type\" cannot be \"s3\" on Fargate",
			"write \"file\", with a file of the image or of a volume as \"config-file-value\"");
}

static void check_health(const struct container *container)
{
	const json_t *command = json_object_get(json_object_get(container->json, "healthCheck"), "command");
	const char *first = json_string_value(json_array_get(command, 0));
	const struct spot *health = MEMBER(container->spot, "healthCheck");

	if (!json_is_array(command))
		return;
	if (!first ||
		(strcmp(first, "CMD") != 0 && strcmp(first, "CMD-SHELL") != 0 && strcmp(first, "NONE") != 0))
		warn_at(container->reader, MEMBER(health, "command"), AT_VALUE,
			"the command of a health check begins with \"CMD\" or \"CMD-SHELL\" as a rule",
			"write for example [\"CMD-SHELL\", \"test -f /ok\"], unless the image wants it so");
}

static void check_one(const struct container *container)
{
	check_identity(container);
	check_off_fargate(container);
	check_ports(container);
	check_environment(container);
	check_mounts(container);
	check_others(container);
	check_logs(container);
	check_log_router(container);
	check_health(container);
}

/* Which containers wait for which, as bits. */
static void find_waits(const struct container *first, size_t count, unsigned waits[CONTAINERS_MOST])
{
	for (size_t i = 0; i < count; i++) {
		const json_t *depends = json_object_get(json_array_get(first->all, i), "dependsOn");

		waits[i] = 0;
		for (size_t at = 0; at < json_array_size(depends); at++) {
			const char *name = json_text_of(json_array_get(depends, at), "containerName", "");
			size_t other = index_of(first, name);

			if (other < count && other != i)
				waits[i] |= 1U << other;
		}
	}
}

/* Takes away who waits for nobody until nobody is left, or only those in a circle and behind one. */
static void check_circle(const struct container *first, const struct spot *spot)
{
	unsigned waits[CONTAINERS_MOST], left;
	size_t count = json_array_size(first->all);
	bool moved = true;

	find_waits(first, count, waits);
	left = (1U << count) - 1;
	while (moved) {
		moved = false;
		for (size_t i = 0; i < count; i++) {
			if (!(left & 1U << i) || waits[i] & left)
				continue;
			left &= ~(1U << i);
			moved = true;
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (!(left & 1U << i))
			continue;
		fault_at(first->reader, MEMBER(ELEMENT(spot, i), "dependsOn"), AT_KEY,
			"containers that wait for each other in a circle never start",
			"take one \"dependsOn\" of the circle away");
		return;
	}
}

void check_containers(
	struct reader *reader, const struct spot *spot, const struct entry *entry, const struct app *app)
{
	const json_t *all = json_object_get(app->task_definition, "containerDefinitions");
	const struct container first = { .reader = reader, .app = app, .written = entry->json, .all = all };
	size_t count = json_array_size(all), essential = 0;

	/* That is told, and what they would say together is nothing that could be. */
	if (count > CONTAINERS_MOST)
		return;
	for (size_t i = 0; i < count; i++) {
		struct container container = first;

		container.json = json_array_get(all, i);
		container.spot = ELEMENT(spot, i);
		container.index = i;
		essential += json_bool_of(container.json, "essential", true);
		if (json_is_object(container.json))
			check_one(&container);
	}
	if (count && !essential)
		fault_at(reader, spot, AT_KEY, "no container is essential, and the task would end at once",
			"leave \"essential\" out in the one that is the batch");
	check_shares(reader, spot, app, all);
	check_circle(&first, spot);
}
