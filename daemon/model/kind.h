#ifndef DAEMON_MODEL_KIND_H
#define DAEMON_MODEL_KIND_H

/*
 * What every kind of AWS resource offers: pure functions that say what should be there, make requests and
 * read answers. No socket, clock or log. A new kind is one file with one of these, and one row in
 * kinds/kinds.c.
 */

#include "common/error.h"
#include "fields.h"
#include "request.h"
#include "resource.h"

/* What a kind may look at while it works. */
struct view {
	struct arena *arena;
	const struct site *site;
	const struct site *const *sites; /* all of the pass: another one may reach the same account */
	size_t site_count;
	const char *owner;
	const struct definitions *definitions;
	struct observed *observed;
};

/* What a reading is about. */
struct subject {
	const char *name; /* "" where it is about all of them */
	const char *const *names; /* where one call asks about several */
	size_t name_count;
	struct resource *resource; /* what the answer adds to; NULL where it makes new ones */
};

struct reading;

/* What an answer is heard with: it adds to `observed` and may ask further. */
struct hearing {
	const struct view *view;
	struct observed *observed; /* the same as the view's, to be changed */
	struct subject subject;
	void (*ask)(void *context, const struct reading *reading, const struct subject *subject);
	void *context;
};

/* One operation that reads. */
struct reading {
	const char *service, *operation;
	const char *page_in, *page_out;
	bool global; /* the answer is the same in all regions of an account */
	json_t *(*params)(const struct view *view, const struct subject *subject); /* a new reference */
	/* Hears one page; `reply` NULL: AWS says that the thing is not there. */
	bool (*heard)(const struct hearing *hearing, const json_t *reply, struct error *error);
};

enum verb {
	VERB_CREATE,
	VERB_UPDATE,
	VERB_DISABLE, /* a batch that left: its schedule stops, and is marked with the time */
	VERB_DELETE,
};

/* The requests that carry an action out, in order; each begins when the one before it has succeeded. */
enum { REQUESTS_MOST = 8 };
struct requests {
	struct request items[REQUESTS_MOST];
	size_t count;
};

struct change {
	enum verb verb;
	const struct resource *want, *have;
	const struct differences *differences;
	const struct tags *set_tags, *remove_tags;
	const char *time; /* now, as ISO 8601, for the leaving tag */
	bool force; /* with what is in it */
};

/* What the answer to a request says beyond that it came; texts live as long as the view's arena. */
struct said {
	const char *arn; /* what was made; NULL = nothing new */
	const char *code, *message; /* a refusal inside of a success; NULL = none */
};

/* What a person may want to know, though nothing is changed and nothing is wrong. */
struct note {
	const char *app;
	const char *kind, *name; /* of the resource that it is about */
	const char *text; /* one sentence */
	const char *batch; /* NULL for what an app needs */
	bool overruled; /* what is asked for is not what AWS does, and no write can mend it */
};

struct notes {
	struct note *items;
	size_t count, capacity;
};

/* What the plan has to know of a kind, beyond that its content can be compared. */
enum shape {
	SHAPE_PLAIN, /* made once, changed in place, kept when its app leaves unless the app said otherwise */
	SHAPE_ROLE, /* the same, but a stranger's may be used as it is, and never deleted */
	SHAPE_REVISIONS, /* content never changes: a change is a new revision, found again by its hash */
	SHAPE_SCHEDULE, /* starts a batch: enabled, disabled, and leaving with it */
	SHAPE_TARGET, /* what a schedule starts: lives and dies with the schedule of the same name */
};

struct kind {
	const char *name; /* as people, journal and JSON see it: "task-definition" */
	enum shape shape;
	int rank; /* created in this order, deleted backwards */
	bool tagged; /* has tags of its own; without, it belongs to the kind before it */
	const char *name_prefix; /* before the app's name in what an app has by itself; NULL = none */
	const char *removal_command; /* the AWS command that removes it; its name follows. NULL = none */
	/* What it starts: a schedule's target, or the revision itself where the content names one; NULL = nothing. */
	const struct kind *starts;
	const struct kind *carrier; /* of a target: the schedule of its name, whose tags say whose it is */
	const char *own_id; /* of several under one name ours has this Id; NULL = it has none */
	const char *revision_path; /* where its content names the revision that it starts; NULL = nowhere */
	const char *state_path,
		*stopped; /* of a schedule: where its content says that it is stopped, and how */
	const char *expression_path; /* where it says when it starts */
	const char *tags_member; /* the member of a tag request that is the ARN; NULL = none such */
	const char *made_path; /* where the answer to its making says the ARN; NULL = `done` finds it */
	const struct field_rule *rules;
	size_t rule_count;

	/* Adds to `all` what the definitions want of this kind in this site. */
	void (*want)(const struct view *view, struct resources *all);
	/* The content of a wanted resource as the service takes it; a new reference. */
	json_t *(*body)(const struct view *view, const struct resource *want);
	/* Wishes that a body cannot say; may be NULL. */
	void (*finish)(const struct view *view, const struct resource *want, struct fields *fields);
	/* Adds what is to be known of one that is there and ours, or that we only use; NULL = nothing. */
	void (*remark)(const struct view *view, const struct resource *want, const struct resource *have,
		struct notes *notes);
	void (*requests)(const struct view *view, const struct change *change, struct requests *out);
	/* What a request's answer says beyond the ARN; false where it cannot be read. NULL = nothing. */
	bool (*done)(const struct view *view, const struct request *request, const json_t *reply,
		struct said *said, struct error *error);
	/* How the tags are read from the resource's own
	 * service, before a first write; NULL where not tagged. */
	const struct reading *tags_reading;
	/* How it is found: all of them in one list, or by name, so many names in one call. */
	const struct reading *list, *by_name;
	size_t names_per_call;
	/* What is asked once more of a schedule: before it is made, it must not be there; before it is
	 * deleted, it has to read DISABLED. */
	const struct reading *state_reading;
};

/* The kind of the target that a schedule starts; NULL where its own content names the revision. */
const struct kind *kind_of_target(const struct kind *schedule);
/* The kind of the revisions that a kind starts, by itself or by its target; NULL where it starts none. */
const struct kind *kind_of_revisions(const struct kind *kind);

/* What the answer to one of its requests says, the ARN with it; false with the error set where it cannot be read. */
bool kind_done(const struct kind *kind, const struct view *view, const struct request *request,
	const json_t *reply, struct said *said, struct error *error);

/* The next request of an action: takes `params` over. */
struct request *requests_add(
	struct requests *requests, const char *service, const char *operation, json_t *params);
void requests_clear(struct requests *requests);

void notes_add(struct arena *arena, struct notes *notes, struct note note);

#endif
