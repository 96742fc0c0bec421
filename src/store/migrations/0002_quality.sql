CREATE TABLE "overrules" (
	"id" text PRIMARY KEY NOT NULL,
	"run" integer NOT NULL,
	"first" integer NOT NULL,
	"last" integer NOT NULL,
	"status" text NOT NULL,
	"reason" text NOT NULL,
	"by" text NOT NULL,
	"via" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "run_qualities" (
	"run" integer PRIMARY KEY NOT NULL,
	"judged_at" timestamp with time zone NOT NULL,
	"detector" text NOT NULL,
	"lumis" json NOT NULL,
	"evidence" json NOT NULL
);
--> statement-breakpoint
CREATE INDEX "overrules_run_index" ON "overrules" USING btree ("run");--> statement-breakpoint
CREATE INDEX "overrules_at_index" ON "overrules" USING btree ("at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "run_qualities_judged_at_index" ON "run_qualities" USING btree ("judged_at");