CREATE TABLE "acknowledgements" (
	"group_id" text NOT NULL,
	"by" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"silence_id" text,
	"ended_at" timestamp with time zone,
	CONSTRAINT "acknowledgements_group_id_at_pk" PRIMARY KEY("group_id","at")
);
--> statement-breakpoint
CREATE TABLE "alert_changes" (
	"row" bigserial PRIMARY KEY NOT NULL,
	"fingerprint" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"state" text NOT NULL,
	"labels" json NOT NULL,
	"annotations" json NOT NULL,
	"group_id" text,
	"actor" text
);
--> statement-breakpoint
CREATE TABLE "anomalies" (
	"id" text PRIMARY KEY NOT NULL,
	"entity" text NOT NULL,
	"service" text NOT NULL,
	"detector" text NOT NULL,
	"model_version" text NOT NULL,
	"kind" text NOT NULL,
	"class" text NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	"peak_at" timestamp with time zone NOT NULL,
	"score" double precision NOT NULL,
	"peak_score" double precision NOT NULL,
	"threshold" double precision NOT NULL,
	"contributions" json NOT NULL,
	"evidence" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"row" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor" text NOT NULL,
	"via" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"details" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "claims" (
	"delivery_id" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" text PRIMARY KEY NOT NULL,
	"group_id" text NOT NULL,
	"person" text NOT NULL,
	"step" integer NOT NULL,
	"sent_at" timestamp with time zone NOT NULL,
	"delivered_at" timestamp with time zone,
	"answered_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "feedback" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"by" text NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"details" json NOT NULL,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"group_id" text NOT NULL,
	"channel" text NOT NULL,
	"ts" text NOT NULL,
	"kind" text NOT NULL,
	"hash" text NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "messages_channel_ts_pk" PRIMARY KEY("channel","ts")
);
--> statement-breakpoint
CREATE TABLE "models" (
	"id" text PRIMARY KEY NOT NULL,
	"entity" text NOT NULL,
	"service" text NOT NULL,
	"detector" text NOT NULL,
	"version" text NOT NULL,
	"trained_at" timestamp with time zone NOT NULL,
	"trained_from" timestamp with time zone NOT NULL,
	"trained_to" timestamp with time zone NOT NULL,
	"metrics" json NOT NULL,
	"threshold" double precision NOT NULL,
	"figures" json NOT NULL,
	"active" boolean NOT NULL,
	"bytes" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "overrides" (
	"id" text PRIMARY KEY NOT NULL,
	"roster" text NOT NULL,
	"person" text NOT NULL,
	"from" timestamp with time zone NOT NULL,
	"to" timestamp with time zone NOT NULL,
	"by" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "silences" (
	"silence_id" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"reason" text NOT NULL,
	"purpose" text NOT NULL,
	"group_id" text,
	"matchers" json NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"hidden" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "states" (
	"key" text PRIMARY KEY NOT NULL,
	"boxed" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ticket_changes" (
	"row" bigserial PRIMARY KEY NOT NULL,
	"system" text NOT NULL,
	"id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"change" text NOT NULL,
	"details" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tickets" (
	"system" text NOT NULL,
	"id" text NOT NULL,
	"subject" text NOT NULL,
	"description" text NOT NULL,
	"status" text NOT NULL,
	"priority" text,
	"type" text,
	"vo" text,
	"site" text,
	"cms_site" text,
	"created_at" timestamp with time zone,
	"updated_at" timestamp with time zone,
	"starts_at" timestamp with time zone,
	"ends_at" timestamp with time zone,
	"url" text NOT NULL,
	"fields" json NOT NULL,
	"alert_labels" json,
	"first_seen" timestamp with time zone NOT NULL,
	"last_seen" timestamp with time zone NOT NULL,
	"last_pushed" timestamp with time zone,
	"resolved_at" timestamp with time zone,
	CONSTRAINT "tickets_system_id_pk" PRIMARY KEY("system","id")
);
--> statement-breakpoint
CREATE INDEX "acknowledgements_ended_at_index" ON "acknowledgements" USING btree ("ended_at");--> statement-breakpoint
CREATE INDEX "alert_changes_at_index" ON "alert_changes" USING btree ("at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "alert_changes_fingerprint_at_index" ON "alert_changes" USING btree ("fingerprint","at");--> statement-breakpoint
CREATE INDEX "anomalies_closed_at_index" ON "anomalies" USING btree ("closed_at");--> statement-breakpoint
CREATE INDEX "anomalies_opened_at_index" ON "anomalies" USING btree ("opened_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "anomalies_service_opened_at_index" ON "anomalies" USING btree ("service","opened_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "audit_at_index" ON "audit" USING btree ("at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "claims_at_index" ON "claims" USING btree ("at");--> statement-breakpoint
CREATE INDEX "deliveries_group_id_index" ON "deliveries" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "deliveries_sent_at_index" ON "deliveries" USING btree ("sent_at");--> statement-breakpoint
CREATE INDEX "feedback_subject_index" ON "feedback" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "feedback_at_index" ON "feedback" USING btree ("at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "messages_group_id_index" ON "messages" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "models_entity_detector_index" ON "models" USING btree ("entity","detector");--> statement-breakpoint
CREATE INDEX "overrides_to_index" ON "overrides" USING btree ("to");--> statement-breakpoint
CREATE INDEX "silences_ended_at_index" ON "silences" USING btree ("ended_at");--> statement-breakpoint
CREATE INDEX "silences_starts_at_index" ON "silences" USING btree ("starts_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "ticket_changes_system_id_index" ON "ticket_changes" USING btree ("system","id");--> statement-breakpoint
CREATE INDEX "ticket_changes_at_index" ON "ticket_changes" USING btree ("at");--> statement-breakpoint
CREATE INDEX "tickets_system_resolved_at_index" ON "tickets" USING btree ("system","resolved_at");