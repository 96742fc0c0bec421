import { own } from "../alert/own.ts";

const CMS_SITE = /\bT[0-3]_[A-Z]{2}_[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*/;

/**
 * Names that WLCG sites have at CMS, for those that tickets are most often about (public: CMS site database).
 * A ticket that carries the CMS name itself is believed before this table.
 */
const CMS_NAMES: Readonly<Record<string, string>> = {
  "BEgrid-ULB-VUB": "T2_BE_IIHE",
  BUDAPEST: "T2_HU_Budapest",
  "CERN-PROD": "T2_CH_CERN",
  "CIEMAT-LCG2": "T2_ES_CIEMAT",
  "CSCS-LCG2": "T2_CH_CSCS",
  "CYFRONET-LCG2": "T2_PL_Cyfronet",
  "DESY-HH": "T2_DE_DESY",
  "FZK-LCG2": "T1_DE_KIT",
  GLOW: "T2_US_Wisconsin",
  GRIF: "T2_FR_GRIF_IRFU",
  "IN2P3-CC": "T1_FR_CCIN2P3",
  "IN2P3-IRES": "T2_FR_IPHC",
  "INDIACMS-TIFR": "T2_IN_TIFR",
  "INFN-BARI": "T2_IT_Bari",
  "INFN-LNL-2": "T2_IT_Legnaro",
  "INFN-PISA": "T2_IT_Pisa",
  "INFN-ROMA1-CMS": "T2_IT_Rome",
  "INFN-T1": "T1_IT_CNAF",
  "JINR-T1": "T1_RU_JINR",
  "KR-KISTI-GSDC-02": "T2_KR_KISTI",
  "NCG-INGRID-PT": "T2_PT_NCG_Lisbon",
  Nebraska: "T2_US_Nebraska",
  "Purdue-Hammer": "T2_US_Purdue",
  "RAL-LCG2": "T1_UK_RAL",
  "RWTH-Aachen": "T2_DE_RWTH",
  SPRACE: "T2_BR_SPRACE",
  T2_Estonia: "T2_EE_Estonia",
  "UKI-LT2-Brunel": "T2_UK_London_Brunel",
  "UKI-LT2-IC-HEP": "T2_UK_London_IC",
  "USCMS-FNAL-WC1": "T1_US_FNAL",
  pic: "T1_ES_PIC",
};

/** The CMS name of a site: by the table, else the first such name in the text; null when neither tells. */
export function siteOfCms(site: string | null, text: string): string | null {
  const named = site === null ? null : firstCmsSite(site);
  const known = site === null ? null : own(CMS_NAMES, site);
  return named ?? known ?? firstCmsSite(text);
}

/** The first CMS site name (`T2_CH_CERN`) in a text, or null. Looks at the first 10,000 characters. */
export function firstCmsSite(text: string): string | null {
  return CMS_SITE.exec(text.slice(0, 10_000))?.[0] ?? null;
}
