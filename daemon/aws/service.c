#include "service.h"

#include <string.h>

#include "common/macros.h"
#include "common/text.h"

#define JSON_1_0 "application/x-amz-json-1.0"
#define JSON_1_1 "application/x-amz-json-1.1"
#define JSON     "application/json"
#define FORM     "application/x-www-form-urlencoded; charset=utf-8"

static const struct service services[] = {
	{ "ecr", PROTOCOL_JSON, "api.ecr", "ecr", "AmazonEC2ContainerRegistry_V20150921", JSON_1_1, NULL,
		"ECR", 20 },
	{ "ecs", PROTOCOL_JSON, "ecs", "ecs", "AmazonEC2ContainerServiceV20141113", JSON_1_1, NULL, "ECS",
		20 },
	{ "events", PROTOCOL_JSON, "events", "events", "AWSEvents", JSON_1_1, NULL, "EVENTBRIDGE", 50 },
	{ "scheduler", PROTOCOL_REST, "scheduler", "scheduler", NULL, JSON, NULL, "SCHEDULER", 50 },
	{ "pipes", PROTOCOL_REST, "pipes", "pipes", NULL, JSON, NULL, "PIPES", 20 },
	{ "logs", PROTOCOL_JSON, "logs", "logs", "Logs_20140328", JSON_1_1, NULL, "CLOUDWATCH_LOGS", 10 },
	{ "iam", PROTOCOL_QUERY, "iam", "iam", NULL, FORM, "2010-05-08", "IAM", 15 },
	{ "sts", PROTOCOL_QUERY, "sts", "sts", NULL, FORM, "2011-06-15", "STS", 50 },
	{ "ec2", PROTOCOL_EC2, "ec2", "ec2", NULL, FORM, "2016-11-15", "EC2", 20 },
	{ "tagging", PROTOCOL_JSON, "tagging", "tagging", "ResourceGroupsTaggingAPI_20170126", JSON_1_1, NULL,
		"RESOURCE_GROUPS_TAGGING_API", 15 },
	{ "sqs", PROTOCOL_JSON, "sqs", "sqs", "AmazonSQS", JSON_1_0, NULL, "SQS", 50 },
};

static const struct rest_operation rest_operations[] = {
	{ "scheduler", "CreateSchedule", "POST", "/schedules/{Name}", NULL },
	{ "scheduler", "UpdateSchedule", "PUT", "/schedules/{Name}", NULL },
	{ "scheduler", "GetSchedule", "GET", "/schedules/{Name}", "GroupName=groupName" },
	{ "scheduler", "ListSchedules", "GET", "/schedules",
		"GroupName=ScheduleGroup MaxResults=MaxResults NamePrefix=NamePrefix NextToken=NextToken State=State" },
	{ "scheduler", "DeleteSchedule", "DELETE", "/schedules/{Name}",
		"ClientToken=clientToken GroupName=groupName" },
	{ "scheduler", "CreateScheduleGroup", "POST", "/schedule-groups/{Name}", NULL },
	{ "scheduler", "GetScheduleGroup", "GET", "/schedule-groups/{Name}", NULL },
	{ "scheduler", "ListScheduleGroups", "GET", "/schedule-groups",
		"MaxResults=MaxResults NamePrefix=NamePrefix NextToken=NextToken" },
	{ "scheduler", "DeleteScheduleGroup", "DELETE", "/schedule-groups/{Name}",
		"ClientToken=clientToken" },
	{ "scheduler", "TagResource", "POST", "/tags/{ResourceArn}", NULL },
	{ "scheduler", "UntagResource", "DELETE", "/tags/{ResourceArn}", "TagKeys=TagKeys" },
	{ "scheduler", "ListTagsForResource", "GET", "/tags/{ResourceArn}", NULL },
	{ "pipes", "CreatePipe", "POST", "/v1/pipes/{Name}", NULL },
	{ "pipes", "UpdatePipe", "PUT", "/v1/pipes/{Name}", NULL },
	{ "pipes", "DescribePipe", "GET", "/v1/pipes/{Name}", NULL },
	{ "pipes", "ListPipes", "GET", "/v1/pipes",
		"NamePrefix=NamePrefix DesiredState=DesiredState CurrentState=CurrentState SourcePrefix=SourcePrefix TargetPrefix=TargetPrefix NextToken=NextToken Limit=Limit" },
	{ "pipes", "DeletePipe", "DELETE", "/v1/pipes/{Name}", NULL },
	{ "pipes", "StartPipe", "POST", "/v1/pipes/{Name}/start", NULL },
	{ "pipes", "StopPipe", "POST", "/v1/pipes/{Name}/stop", NULL },
	{ "pipes", "TagResource", "POST", "/tags/{resourceArn}", NULL },
	{ "pipes", "UntagResource", "DELETE", "/tags/{resourceArn}", "tagKeys=tagKeys" },
	{ "pipes", "ListTagsForResource", "GET", "/tags/{resourceArn}", NULL },
};

const struct service *service_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(services); i++)
		if (!strcmp(services[i].name, name))
			return &services[i];
	return NULL;
}

bool service_answers_nothing(const struct service *service, const char *operation)
{
	static const char *const silent[][2] = { { "events", "DeleteRule" }, { "events", "EnableRule" },
		{ "events", "DisableRule" }, { "logs", "CreateLogGroup" }, { "logs", "DeleteLogGroup" },
		{ "logs", "PutRetentionPolicy" }, { "logs", "DeleteRetentionPolicy" },
		{ "scheduler", "DeleteSchedule" }, { "scheduler", "DeleteScheduleGroup" },
		{ "iam", "UpdateAssumeRolePolicy" }, { "iam", "AttachRolePolicy" },
		{ "iam", "DetachRolePolicy" }, { "iam", "PutRolePolicy" }, { "iam", "DeleteRolePolicy" },
		{ "iam", "DeleteRole" }, { "iam", "TagRole" }, { "iam", "UntagRole" } };

	if (!strcmp(operation, "TagResource") || !strcmp(operation, "UntagResource"))
		return true;
	for (size_t i = 0; i < ARRAY_LENGTH(silent); i++)
		if (!strcmp(silent[i][0], service->name) && !strcmp(silent[i][1], operation))
			return true;
	return false;
}

const struct rest_operation *service_rest(const struct service *service, const char *operation)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rest_operations); i++)
		if (!strcmp(rest_operations[i].service, service->name) &&
			!strcmp(rest_operations[i].operation, operation))
			return &rest_operations[i];
	return NULL;
}
