ALTER TABLE "deliveries" ADD COLUMN "way" text DEFAULT 'slack' NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "key" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "mention" text;