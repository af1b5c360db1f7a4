#include "common/environment_file.h"

#include "../check.h"
#include "common/text.h"

static struct text seen;

static void assigned(const char *name, const char *value, void *data)
{
	(void)data;
	text_printf(&seen, "%s=[%s]\n", name, value);
}

static void broken(unsigned line, const char *why, void *data)
{
	(void)data;
	text_printf(&seen, "%u: %s\n", line, why);
}

static const char *read_as(const char *text)
{
	const struct environment_reader reader = { .assigned = assigned, .broken = broken };

	text_clear(&seen);
	environment_file_read(text, &reader);
	return text_string(&seen);
}

static void plain_values(void)
{
	CHECK_TEXT(read_as(""), "");
	CHECK_TEXT(read_as("A=1\nB=2"), "A=[1]\nB=[2]\n");
	CHECK_TEXT(read_as("  A = one two  \n"), "A=[one two]\n");
	CHECK_TEXT(read_as("A=\nB=x\r\n"), "A=[]\nB=[x]\n");
	CHECK_TEXT(read_as("A=x=y\n"), "A=[x=y]\n");
	CHECK_TEXT(read_as("A=x # no comment\n"), "A=[x # no comment]\n");
	CHECK_TEXT(read_as("# B=1\n  ; C=2\nA=1\n"), "A=[1]\n");
	CHECK_TEXT(read_as("A=$HOME ${X}\n"), "A=[$HOME ${X}]\n");
}

static void quotes_and_backslashes(void)
{
	CHECK_TEXT(read_as("A=\"one  two \"\nB='x\\y \"z\"'\n"), "A=[one  two ]\nB=[x\\y \"z\"]\n");
	CHECK_TEXT(read_as("A=\"a\\\"b\\\\c\\$d\\`e\\nf\"\n"), "A=[a\"b\\c$d`e\\nf]\n");
	CHECK_TEXT(read_as("A=\"x\"y\nB=\"x\" 'y'\nC=x\"y\"\n"), "A=[xy]\nB=[xy]\nC=[x\"y\"]\n");
	CHECK_TEXT(read_as("A=one\\\ntwo\nB=\"three\\\nfour\"\nC=\"five\nsix\"\n"),
		"A=[onetwo]\nB=[threefour]\nC=[five\nsix]\n");
	CHECK_TEXT(read_as("A=a\\ b\\ \n"), "A=[a b ]\n");
	/* What is never closed goes on to the end. */
	CHECK_TEXT(read_as("A='x\nB=1"), "A=[x\nB=1]\n");
	CHECK_TEXT(read_as("A=x\\"), "A=[x]\n");
}

static void broken_lines_are_told_and_passed_over(void)
{
	CHECK_TEXT(read_as("A=1\nAWS_REGION eu-west-1\nB=2\n"), "A=[1]\n2: no \"=\" in it\nB=[2]\n");
	CHECK_TEXT(read_as("export A=1\n1A=1\n=x\nB=2\n"),
		"1: what stands before \"=\" is no name of a variable\n"
		"2: what stands before \"=\" is no name of a variable\n"
		"3: what stands before \"=\" is no name of a variable\nB=[2]\n");
	CHECK_TEXT(read_as("A=\"x\ny\"\nB\n"), "A=[x\ny]\n3: no \"=\" in it\n");
	CHECK_TEXT(read_as("A=\xff\n"), "1: its value is no UTF-8\n");
}

int main(void)
{
	plain_values();
	quotes_and_backslashes();
	broken_lines_are_told_and_passed_over();
	text_free(&seen);
	return check_end();
}
