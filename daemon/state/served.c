#include "common/json.h"
#include "common/text.h"
#include "inside.h"

json_t *state_apps(const struct state *state)
{
	return json_object_get(state->served.json, "apps");
}

json_t *state_sites(const struct state *state)
{
	return json_object_get(state->served.json, "sites");
}

bool state_served(const struct state *state, const char *app)
{
	return json_object_get(state_apps(state), app) != NULL;
}

const char *state_account_of(const struct state *state, const char *app)
{
	return json_text_of(json_object_get(state_apps(state), app), "account", NULL);
}

/* Takes the new value over; what is kept already stays, and nothing has to be written. */
static void keep_served(struct state *state, const char *kind, const char *name, json_t *value)
{
	json_t *all = json_object_in(state->served.json, kind);

	if (json_equal(json_object_get(all, name), value)) {
		json_decref(value);
		return;
	}
	json_put(all, name, value);
	state->served.dirty = true;
}

void state_serve(struct state *state, const char *app, const char *account)
{
	/* The first one: from now on names are kept. */
	if (!json_object_size(state_apps(state)))
		state_has_names(state);
	keep_served(state, "apps", app, json_must(json_pack("{s:s}", "account", account)));
}

void state_serve_site(struct state *state, const char *account, const char *region, const char *role_arn)
{
	CLEANUP_TEXT struct text name = { 0 };
	json_t *site = json_must(json_pack("{s:s, s:s}", "account", account, "region", region));

	json_put_text(site, "role", role_arn);
	text_printf(&name, "%s %s %s", account, region, role_arn ? role_arn : "-");
	keep_served(state, "sites", text_string(&name), site);
}

static void forget_served(struct state *state, const char *kind, const char *name)
{
	if (json_object_del(json_object_in(state->served.json, kind), name) == 0)
		state->served.dirty = true;
}

void state_forget(struct state *state, const char *app)
{
	forget_served(state, "apps", app);
}

void state_forget_site(struct state *state, const char *site)
{
	forget_served(state, "sites", site);
}

bool state_lacks_names(const struct state *state)
{
	return json_object_size(state_apps(state)) && !json_object_get(state->served.json, "names");
}

void state_has_names(struct state *state)
{
	json_put(state->served.json, "names", json_true());
	state->served.dirty = true;
}
