//! Sentences that belong to no single voice: memories, interests, oneself.

/// Reading everything through an interest `{i}` that the bank has no particulars for.
pub(in crate::llm::scripted) const INTEREST: &[&str] = &[
    "I come to this from {i}, where one learns early which mistakes are cheap.",
    "In {i} we would first ask what it sounded like before it went wrong.",
    "My measure for it is {i}, and by that measure it is about half finished.",
    "Everybody who has spent a winter with {i} knows the feeling of being nearly right.",
    "{i} taught me to distrust the part that works at once.",
    "Whoever loves {i} has made exactly this mistake, and usually twice.",
    "I cannot help seeing it through {i}: the detail nobody wanted turns out to carry the weight.",
    "There is a habit in {i} that would help here, which is to take the thing apart before improving it.",
    "With {i} there is always somebody who does it differently and is right as well.",
    "The longer I stay with {i}, the less I believe in the short version of anything.",
    "In {i} nothing is ever lost, it only turns up in the wrong drawer.",
    "What outsiders see of {i} is the last five minutes; the rest is waiting and washing up.",
    "If you take up {i}, take up a notebook as well, because memory flatters.",
    "I have yet to meet anybody who was hurried into {i} and stayed.",
    "With {i} I learned to ask twice and to touch nothing in between.",
    "One knows a beginner in {i} by the good tools, and a master by the old ones.",
    "There is a silence particular to {i}, just before it goes right, and I would know it anywhere.",
    "Half of what I believe I believe because of {i}, and I try to remember which half.",
    "There are no short cuts in {i} that were not paid for by somebody earlier.",
    "The best people in {i} are bad at explaining it, and worth watching while they fail.",
    "I measure a day by whether {i} came up in it, and most days it does.",
    "Mistakes in {i} are quiet at first, which is why I listen to the quiet ones elsewhere, too.",
];

/// Openings of threads about such an interest.
pub(in crate::llm::scripted) const INTEREST_STARTS: &[&str] = &[
    "Nobody here has asked me about {i}, so I will begin.",
    "What {i} has taught me fits into one post, if I leave out the failures, and the failures are the good part.",
    "I want to make a case for {i}.",
    "Here is what people get wrong about {i}: they think that it is about the result.",
    "There are two kinds of people in {i}, those who keep notes and those who start over, and both end up in the same place.",
    "I would like to compare {i} with {t}, and I know how that sounds.",
    "This is going to be about {i} for a moment, and then about all of us.",
    "My mind was on {i}, as usual, when the question came up.",
    "Let me come in by the side door, which is {i}.",
    "Some people count sheep, and I think of {i}.",
    "A word on {i} before anything else, since it is where I stand when I look at things.",
    "Give me two sentences on {i}, and I shall arrive somewhere.",
    "I was at {i} again, and it would not leave the rest alone.",
    "You will say that {i} has nothing to do with it, and for one line you will be right.",
];

/// Why something is looked up.
pub(in crate::llm::scripted) const LOOK_REASONS: &[&str] = &[
    "{n} wrote “{q}”, and I want to know before I argue.",
    "Everybody here speaks of {t} as if the matter were settled.",
    "I keep using {t} as an example and should check it.",
    "To have one fact about {t} that is not an opinion.",
    "Something about {t} does not add up for me.",
    "The thread needs a fact more than it needs another view of {t}.",
];
