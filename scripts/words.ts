/** The table of phrases that prose must not use, with what to say instead, and the exceptions. */

/** A phrase as a regular expression source (words separated by single spaces; case is ignored). */
export interface Phrase {
  readonly pattern: string;
  readonly say: string;
}

const britishStems =
  "organ|initial|serial|normal|author|synchron|optim|summar|minim|maxim|real|priorit|final|util|custom|categor|" +
  "character|visual|stabil|random|local|token|sanit|capital|material|recogn|special|central|general|parallel";

/** Phrases of translated or old-fashioned English. Each entry matches whole words. */
export const phrases: readonly Phrase[] = [
  // Old-fashioned words.
  { pattern: "anew", say: "again" },
  { pattern: "who(?:so)?ever|whomever", say: "the caller, the user, anyone who" },
  { pattern: "somebody", say: "a user, another process, someone" },
  { pattern: "nobody", say: "no one, no user, no process" },
  { pattern: "anybody|everybody", say: "anyone, everyone, all" },
  { pattern: "himself|herself", say: "itself, themselves" },
  { pattern: "people", say: "users, operators" },
  { pattern: "shall", say: "must, will" },
  {
    pattern:
      "thereof|therein|hereby|herein|hitherto|hence|lest|nought|naught|whence|thence|wherein|whereof|" +
      "whereupon|henceforth|forthwith|upon|midst|whilst|amongst|thus|lately",
    say: "the plain word: of it, so, in, on, while, among, recently",
  },
  { pattern: "mend(?:s|ed|ing)?", say: "fix, repair" },
  { pattern: "bury|buries|buried|burying", say: "reap, mark as dead" },
  { pattern: "young(?:er|est)?(?! generation)", say: "recent, newer, newest" },
  { pattern: "for ever", say: "indefinitely, forever" },
  { pattern: "the whole story|tells? all", say: "the full log, reports everything" },

  // Verbs used in a translated way.
  {
    pattern:
      "stands?(?<=s) (?:in|for|at|on|below|above|there|after|before|alone|still)|stands|stand on|stood on",
    say: "is, is in, means",
  },
  { pattern: "(?:write|writes|wrote|written|writing) (?:(?:it|them|that|this) )?down", say: "record" },
  { pattern: "hand(?:s|ed|ing)? (?:(?:it|them|that|this) )?on", say: "pass on, forward" },
  { pattern: "ask(?:s|ed|ing)? for", say: "request; a prompt: prompt for" },
  { pattern: "carries|(?:is|are|was|were|be|been) carried(?! out)", say: "contain, have; a task: run" },
  { pattern: "(?:go|goes|went|going) on(?! to)", say: "continue" },
  {
    pattern: "goes(?= ?[.;:,)]| ?$)|let(?:s|ting)? (?:(?:it|them|him|her) )?go",
    say: "is removed, is deleted, release",
  },
  { pattern: "(?:is|are|was|were|be) said(?: so)?", say: "is reported, reports X" },
  {
    pattern: "(?:tell|tells|told|speak|speaks|spoke|hear|hears|heard) of",
    say: "report, describe, mention, receive",
  },
  { pattern: "lean(?:s|ed|ing)? on", say: "depend on" },
  { pattern: "giv(?:e|es|en|ing) (?:(?:it|them) )?back|gave back", say: "return" },
  { pattern: "tak(?:e|es|en|ing) (?:it|them|that|this) for", say: "treat as" },
  {
    pattern: "(?:set|sets|put|puts) (?:(?:it|them|that|this|things) )?right|found right",
    say: "fix; verified",
  },
  { pattern: "holds? good", say: "is true, applies" },
  { pattern: "(?:is|are|was|were|be|been) away", say: "is unreachable, is down" },
  { pattern: "(?:to|can|cannot|can't|could|may) be had", say: "is available, is possible" },
  { pattern: "becomes? of|became of|comes? of(?! age)|came of", say: "happens to, results from" },
  { pattern: "(?:has|have|had) to do with", say: "relates to, concerns" },
  { pattern: "(?:is|are) not to be", say: "must not be" },

  // Turns of phrase.
  {
    pattern:
      "(?<!\\bthere )(?:is|are|was|were|be) no(?! (?:longer|more than|later than|earlier than|less than))",
    say: "is not a, is not",
  },
  { pattern: "(?<!\\bthere )(?:is|are|was|were|be) none", say: "is not one, has none" },
  { pattern: "(?<!\\b(?:terms|ease|out|conditions|time) )of (?:no )?use", say: "useful, useless" },
  { pattern: "what of(?! the time)", say: "which part, what about" },
  {
    pattern: "(?:of|from|but|for|by|than|with) what (?:is|are|was|were)",
    say: "name the thing: of the data, except the snapshot",
  },
  {
    pattern: "(?<=^|[.;:] )what (?:is|are|was|were|has|had|does|did) [^.?!]*[.;]",
    say: "start with the thing, not with “What is …”",
  },
  { pattern: "of (?:its|their|his|her|one's) own", say: "its own …, separate, or leave it out" },
  { pattern: "of (?:ours|yours|theirs)", say: "our …, your …, Kluis's" },
  { pattern: "by (?:itself|themselves)", say: "automatically, alone, on its own" },
  { pattern: "as young as", say: "within, newer than" },
  { pattern: "such an? one", say: "such a …; name the thing" },
  { pattern: "in case that", say: "if, in case" },
  { pattern: "nothing but|none but|no other than", say: "only" },
  { pattern: "(?<!\\bgone )for good(?! (?:reason|measure))", say: "permanently" },
  { pattern: "needs? you(?! to)", say: "needs attention" },
  { pattern: "at work", say: "running, in progress" },
  { pattern: "(?:everything|all) is well", say: "All systems healthy" },
  { pattern: "(?:his|her|its|whose|their) days are over", say: "has expired" },
  { pattern: "as it were|so to speak", say: "leave it out" },
  { pattern: "that did not work", say: "Something went wrong, or the reason" },

  // British spelling.
  { pattern: "cancell(?:ed|ing|er|able)", say: "canceled, canceling" },
  { pattern: `(?:un|re|de)?(?:${britishStems})is(?:e|ed|es|er|ers|ing|ation|ations)`, say: "-ize, -ization" },
  { pattern: "analys(?:e|ed|es|ing)", say: "analyze" },
  {
    pattern: "(?:behavi|col|fav|hon|neighb|lab|rum|vap)our(?:s|ed|ing|able|ite|less|hood)?",
    say: "-or: behavior, color",
  },
  {
    pattern: "catalogues?|dialogues?|programmes?|artefacts?|licences?|defences?|offences?|centres?|metres?",
    say: "catalog, program, artifact, license, center",
  },
  { pattern: "gr[e]y(?:s|ed|scale)?", say: "gray" },
  {
    pattern: "(?:label|travel|model|signal|level|total|tunnel|channel|marshal)l(?:ed|ing)",
    say: "one l: labeled, traveled",
  },
  { pattern: "(?:fulfil|enrol)|learnt|spelt|burnt", say: "fulfill, enroll, learned, spelled" },
];

/** A place where a phrase is right: a word of a protocol, a quotation or a stored value. */
export interface Exception {
  /** A path from the root; a folder ends in "/". */
  readonly path: string;
  /** The matched text, in lower case. */
  readonly text: string;
  readonly reason: string;
}

export const exceptions: readonly Exception[] = [
  { path: "scripts/words.ts", text: "", reason: "The table itself." },
  { path: "scripts/check-words.test.ts", text: "", reason: "Examples of the phrases." },
];
