#include "aws/wire.h"

#include "common/text.h"

#include "../check.h"

static struct wire wire;
static struct error error;

static bool encode(const char *service, const char *operation, const char *params)
{
	json_t *members = params ? json_loads(params, 0, NULL) : NULL;
	char *before = members ? json_dumps(members, 0) : NULL, *after;
	bool encoded = wire_encode(service_find(service), operation, members, &wire, &error);

	/* The caller's members are only read. */
	after = members ? json_dumps(members, 0) : NULL;
	CHECK_TEXT(after, before);
	free(before);
	free(after);
	json_decref(members);
	return encoded;
}

static void json(void)
{
	CHECK(encode("ecs", "DescribeClusters", "{\"clusters\":[\"a\\u00e4\"]}"));
	CHECK_TEXT(wire.method, "POST");
	CHECK_TEXT(wire.path.data, "/");
	CHECK_TEXT(text_string(&wire.query), "");
	CHECK_TEXT(wire.body.data, "{\"clusters\":[\"a\xc3\xa4\"]}");
	CHECK_TEXT(wire.target.data, "AmazonEC2ContainerServiceV20141113.DescribeClusters");
	CHECK_TEXT(wire.content_type, "application/x-amz-json-1.1");
	CHECK(encode("sqs", "GetQueueUrl", NULL));
	CHECK_TEXT(wire.body.data, "{}");
	CHECK_TEXT(wire.content_type, "application/x-amz-json-1.0");
}

static void query(void)
{
	CHECK(encode("sts", "GetCallerIdentity", NULL));
	CHECK_TEXT(wire.body.data, "Action=GetCallerIdentity&Version=2011-06-15");
	CHECK_TEXT(wire.content_type, "application/x-www-form-urlencoded; charset=utf-8");
	CHECK_TEXT(text_string(&wire.target), "");
	CHECK(encode("iam", "CreateRole",
		"{\"RoleName\":\"a "
		"b\",\"Tags\":[{\"Key\":\"k\",\"Value\":\"\"},{\"Key\":\"fargate-batchd:x\",\"Value\":"
		"\"\\u00e4&=\"}],\"MaxSessionDuration\":3600,\"Nothing\":null}"));
	CHECK_TEXT(wire.body.data,
		"Action=CreateRole&Version=2010-05-08&RoleName=a%20b&Tags.member.1.Key=k&Tags.member.1.Value="
		"&Tags.member.2.Key=fargate-batchd%3Ax&Tags.member.2.Value=%C3%A4%26%3D&MaxSessionDuration="
		"3600");
	CHECK(encode(
		"iam", "SimulatePrincipalPolicy", "{\"ActionNames\":[\"a\",\"b\"],\"ContextEntries\":[]}"));
	CHECK_TEXT(wire.body.data,
		"Action=SimulatePrincipalPolicy&Version=2010-05-08&ActionNames.member.1=a&ActionNames.member.2=b&ContextEntries=");
}

static void ec2(void)
{
	CHECK(encode("ec2", "DescribeSubnets",
		"{\"Filters\":[{\"Name\":\"vpc-id\",\"Values\":[\"v1\",\"v2\"]}],\"SubnetIds\":[\"s1\"],\"DryRun\":true,\"GroupIds\":[]}"));
	CHECK_TEXT(wire.body.data,
		"Action=DescribeSubnets&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=v1&Filter.1.Value.2=v2&SubnetId.1=s1&DryRun=true");
}

static void rest(void)
{
	CHECK(encode("scheduler", "CreateSchedule",
		"{\"Name\":\"a.b\",\"GroupName\":\"g\",\"State\":\"ENABLED\"}"));
	CHECK_TEXT(wire.method, "POST");
	CHECK_TEXT(wire.path.data, "/schedules/a.b");
	CHECK_TEXT(text_string(&wire.query), "");
	CHECK_TEXT(wire.body.data, "{\"GroupName\":\"g\",\"State\":\"ENABLED\"}");
	CHECK_TEXT(wire.content_type, "application/json");
	CHECK(encode("scheduler", "GetSchedule", "{\"Name\":\"a\",\"GroupName\":\"g h\"}"));
	CHECK_TEXT(wire.method, "GET");
	CHECK_TEXT(wire.query.data, "groupName=g%20h");
	CHECK_TEXT(text_string(&wire.body), "");
	CHECK(!wire.content_type);
	CHECK(encode("scheduler", "ListSchedules",
		"{\"MaxResults\":5,\"GroupName\":\"g\",\"NextToken\":\"a/b==\"}"));
	CHECK_TEXT(wire.path.data, "/schedules");
	CHECK_TEXT(wire.query.data, "ScheduleGroup=g&MaxResults=5&NextToken=a%2Fb%3D%3D");
	CHECK(encode("pipes", "TagResource",
		"{\"resourceArn\":\"arn:aws:pipes:x:1:pipe/p\",\"tags\":{\"a\":\"b\"}}"));
	CHECK_TEXT(wire.path.data, "/tags/arn%3Aaws%3Apipes%3Ax%3A1%3Apipe%2Fp");
	CHECK_TEXT(wire.body.data, "{\"tags\":{\"a\":\"b\"}}");
	CHECK(encode("pipes", "UntagResource", "{\"resourceArn\":\"arn\",\"tagKeys\":[\"a\",\"b:c\"]}"));
	CHECK_TEXT(wire.method, "DELETE");
	CHECK_TEXT(wire.query.data, "tagKeys=a&tagKeys=b%3Ac");
	CHECK(encode("pipes", "StopPipe", "{\"Name\":\"p\"}"));
	CHECK_TEXT(wire.path.data, "/v1/pipes/p/stop");
	CHECK(!encode("pipes", "DescribePipe", "{}"));
	CHECK_TEXT(error.text, "pipes:DescribePipe without Name");
	CHECK(!encode("pipes", "DescribePipe", "{\"Name\":\"\"}"));
	CHECK(!encode("pipes", "MakeCoffee", NULL));
	CHECK_TEXT(error.text, "pipes has no operation MakeCoffee");
}

int main(void)
{
	json();
	query();
	ec2();
	rest();
	wire_free(&wire);
	return check_end();
}
