ALTER TABLE "anomalies" ADD COLUMN "context" json;--> statement-breakpoint
ALTER TABLE "anomalies" ADD COLUMN "part_of" text;--> statement-breakpoint
ALTER TABLE "models" ADD COLUMN "note" text;