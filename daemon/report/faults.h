#ifndef DAEMON_REPORT_FAULTS_H
#define DAEMON_REPORT_FAULTS_H

/*
 * Faults of definitions and settings as people and programs read them: one line, one JSON object, one
 * annotation for all who tell one.
 */

#include <stdio.h>

#include "common/json.h"
#include "common/text.h"
#include "model/definition/definition.h"

/* Adds "file:line:column: what is wrong; what to write instead"; one that refuses nothing is a "warning: ".
 */
void fault_add_line(struct text *out, const struct fault *fault);

/* The first that is no warning, NULL where there is none. */
const struct fault *faults_first(const struct fault *faults, size_t count);

/* Adds to the array `all` {"file", "line", "column", "message", "remedy", "severity"} of each. */
void faults_add_json(json_t *all, const struct fault *faults, size_t count);

/* What such an object says, as long as that lives; "?" for what it lacks. */
struct fault fault_of_json(const json_t *object);

/* One line for each. */
void faults_show(FILE *file, const struct fault *faults, size_t count);

/* The same as GitHub's runner takes it: "::error
 * file=…,line=…,col=…::what is wrong; what to write instead". */
void faults_annotate(FILE *file, const struct fault *faults, size_t count);

#endif
