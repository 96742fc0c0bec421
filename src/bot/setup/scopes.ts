/**
 * What each Web API method that the bot calls needs. Source: the methods' pages in Slack's reference. The manifest in
 * deploy/ asks for exactly these and for what commands and events need.
 */
export const METHOD_SCOPES = {
  "auth.test": [],
  "chat.getPermalink": [],
  "chat.postMessage": ["chat:write"],
  "chat.postEphemeral": ["chat:write"],
  "chat.update": ["chat:write"],
  "conversations.history": ["channels:history", "groups:history", "im:history"],
  "conversations.replies": ["channels:history", "groups:history", "im:history"],
  "conversations.join": ["channels:join"],
  "conversations.open": ["im:write"],
  "conversations.setTopic": ["channels:manage", "groups:write"],
  "files.getUploadURLExternal": ["files:write"],
  "files.completeUploadExternal": ["files:write"],
  "usergroups.users.list": ["usergroups:read"],
  "usergroups.users.update": ["usergroups:write"],
  "users.info": ["users:read"],
  "users.lookupByEmail": ["users:read.email"],
  "views.open": [],
  "views.publish": [],
  "views.update": [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Scopes for what Slack sends: the slash command and mentions. */
export const FEATURE_SCOPES = ["app_mentions:read", "commands"] as const;

/** All scopes of the bot token, sorted. */
export function neededScopes(): readonly string[] {
  return [...new Set<string>([...FEATURE_SCOPES, ...Object.values(METHOD_SCOPES).flat()])].sort();
}
