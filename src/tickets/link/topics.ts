/** What grid tickets are about, by words that give it away (stems). The same trouble is told in many words. */
const TOPICS: Readonly<Record<string, readonly string[]>> = {
  storage: [
    ..."storag transfer ft srm xrootd aaa gfal dcach eo castor ceph disk tape checksum adler32 stage stageout webdav".split(
      " ",
    ),
    ..."davposix delet file rucio pool copi gridftp http-tpc se read write replica space devic upload download access token handshak".split(
      " ",
    ),
  ],
  network: "network router switch firewal lhcone lhcopn perfsonar ipv6 connect packet fibr dn bandwidth rack".split(
    " ",
  ),
  compute:
    "job pilot ce htcondor arc batch slot core memori walltim singular apptain glidein worker node schedul".split(" "),
  software: "cvmf squid frontier glexec middlewar umd releas packag kernel".split(" "),
  database: "databas oracl dbod mysql postgresql couchdb mongodb mongo sql".split(" "),
  web: "cmsweb web portal dashboard grafana login sso voms iam certif".split(" "),
};
const TOPIC_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(TOPICS).flatMap(([topic, stems]) => stems.map((stem) => [stem, topic] as const)),
);

/** Topics of a text, from the stems of its words. */
export function topicsOf(stems: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const stem of stems) {
    const topic = TOPIC_OF.get(stem);
    if (topic !== undefined) {
      found.add(topic);
    }
  }
  return found;
}
