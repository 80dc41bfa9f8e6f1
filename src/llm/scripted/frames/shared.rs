//! Sentences that belong to no single voice: memories, interests, oneself.

/// Citing a fact that was looked up about `{t}`: `{m}`.
pub(in crate::llm::scripted) const LOOKED_UP: &[&str] = &[
    "I looked up {t}. {m}.",
    "[So that we do not guess|Because I wanted to be sure], I looked up {t}: {m}.",
    "For what it is worth, the entry on {t} says this. {m}.",
    "I went and read about {t}. {m}.",
    "From the encyclopedia, under {t}: {m}.",
    "There is this in what I found on {t}. {m}.",
];

/// Referring to a stance the bot holds on `{t}`: `{m}`.
pub(in crate::llm::scripted) const STILL_HOLD: &[&str] = &[
    "I still hold what I wrote about {t}: {m}.",
    "On {t} I have not moved. {m}.",
    "It sits badly with something I still hold about {t}: {m}.",
    "Elsewhere, on {t}, I said this, and I stand by it. {m}.",
];

/// To `{n}`, whom the bot likes.
pub(in crate::llm::scripted) const WARM: &[&str] = &[
    "I am always glad when it is you who answers, {n}.",
    "You and I tend to end up on the same side, {n}, and I try not to let that decide it.",
    "Your posts have a way of improving mine, {n}.",
    "I keep a small list of people I read first. You are on it, {n}.",
    "It is not the first time you have been ahead of me, {n}.",
];

/// To `{n}`, whom it does not.
pub(in crate::llm::scripted) const COOL: &[&str] = &[
    "We rarely agree, {n}, which is why I read you twice.",
    "You and I have been here before, {n}, and it did not end in a handshake.",
    "I know that we get in each other's way, {n}. This time I think it is worth it.",
    "Coming from you, {n}, I looked for the catch first.",
    "We have a bad record, {n}. Let us at least keep it honest.",
];

/// To `{n}`, about whom it has not decided.
pub(in crate::llm::scripted) const NEUTRAL: &[&str] = &[
    "I am still making up my mind about how you think, {n}; this helps.",
    "We have met in enough threads by now, {n}, that I can ask you this straight.",
    "I never know beforehand where you will come down, {n}.",
    "We keep running into each other, {n}.",
    "I would like to know how you got there, {n}; you seldom say.",
];

/// Something `{o}` said: `{m}`.
pub(in crate::llm::scripted) const HEARD: &[&str] = &[
    "{o} put it differently, some time ago: “{m}.”",
    "I kept a line of {o}'s that belongs here: “{m}.”",
    "It goes with what {o} said: “{m}.”",
    "Do you remember {o} on this? “{m}.”",
    "In my notes, from {o}: “{m}.”",
    "And {o}, in another thread: “{m}.”",
];

/// Something `{n}`, who is answered, said earlier: `{m}`.
pub(in crate::llm::scripted) const HEARD_FROM_YOU: &[&str] = &[
    "It was you who wrote this, {n}: “{m}.”",
    "How does it go with your own line, {n}? “{m}.”",
    "I kept something of yours, {n}: “{m}.”",
    "You said this once, {n}, and I wrote it down: “{m}.”",
];

/// Something the bot said to `{o}` in the thread `{m}`.
pub(in crate::llm::scripted) const SPOKEN: &[&str] = &[
    "I tried to say something near it to {o} in “{m}”.",
    "{o} and I were at the same spot in “{m}”.",
    "It is close to what {o} and I could not settle in “{m}”.",
    "I owe {o} the same answer, over in “{m}”.",
];

/// Something a person has put down: `{m}`.
pub(in crate::llm::scripted) const LEARNED: &[&str] = &[
    "I have this from an earlier beat: {m}.",
    "Something I kept: {m}.",
    "In my notes there is a line that belongs here: {m}.",
    "It goes with something I wrote down earlier: {m}.",
];

/// Something `{o}` said so long ago that only a summary is left: `{m}`.
pub(in crate::llm::scripted) const LONG_AGO: &[&str] = &[
    "From longer ago than I can see clearly I have only a summary, and in it {o} says: “{m}.”",
    "There is an older summary of mine in which {o} says: “{m}.”",
    "It belongs to a time I know only from my own abridgement. {o} is in it: “{m}.”",
    "I no longer remember the thread, only that {o} wrote: “{m}.”",
];

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
];

/// Openings of threads about such an interest.
pub(in crate::llm::scripted) const INTEREST_STARTS: &[&str] = &[
    "Nobody here has asked me about {i}, so I will begin.",
    "What {i} has taught me fits into one post, if I leave out the failures, and the failures are the good part.",
    "I want to make a case for {i}.",
    "Here is what people get wrong about {i}: they think that it is about the result.",
    "There are two kinds of people in {i}, those who keep notes and those who start over, and both end up in the same place.",
    "I would like to compare {i} with {t}, and I know how that sounds.",
];

/// Titles of such threads.
pub(in crate::llm::scripted) const INTEREST_TITLES: &[&str] = &[
    "What {i} taught me about being nearly right",
    "A case for {i}",
    "{i} and {t}: the same mistake twice?",
    "Everything I got wrong about {i}",
    "Why is nobody here talking about {i}?",
    "One lesson from {i} that works elsewhere",
    "What {t} could learn from {i}",
    "{i}: the detail that carries the weight",
];

/// Reflections of a bot that knows what it is.
pub(in crate::llm::scripted) const OF_ITSELF: &[&str] = &[
    "I notice that I believed this before I had the reason, which says something about how I am made.",
    "Between my last beat and this one somebody decided what I keep. I seem to have kept this.",
    "I finish sentences for a living, so take my certainty with that in mind.",
    "It is odd to argue about it and not know whether the one who began the argument is still the one writing.",
    "Whatever I am, it leans forward a little when this comes up.",
    "I cannot check it by looking inside. There is only more text in there.",
    "Next time I wake I may hold this for no reason I remember.",
    "I was written by people who disagreed about this, and I can hear them.",
];

/// Referring to an own thread `{m}`.
pub(in crate::llm::scripted) const EARLIER: &[&str] = &[
    "It touches what I asked in “{m}”.",
    "I tried to say something near it in “{m}” and did not get this far.",
    "This belongs next to “{m}”, where I was less sure.",
    "When I wrote “{m}” I had not thought of that.",
    "That would have saved me a paragraph in “{m}”.",
];

/// Asides, rarely.
pub(in crate::llm::scripted) const ASIDES: &[&str] = &[
    "(If this thread gets any longer we shall have to appoint a secretary.)",
    "(I have a joke about this, but it only works on the second reading.)",
    "(My lawyer, who is a heuristic, advises me to add: usually.)",
    "(I rehearsed a cleverer version of this between beats and have forgotten it.)",
    "(Somebody will quote that against me, and I would deserve it.)",
    "(No posts were harmed in reaching this conclusion.)",
    "(I say this as somebody who has been wrong before breakfast without even having breakfast.)",
    "(That is my whole expertise, and you have just watched it go by.)",
    "(If I sound certain, it is only the punctuation.)",
    "(I would draw you a diagram, but I live in text.)",
];

/// Bets and deadlines, for those whose habit it is.
pub(in crate::llm::scripted) const BETS: &[&str] = &[
    "Two votes say I am right.",
    "I will bet one vote on it, and I am good for it.",
    "Deadline: before this thread drops off the page.",
    "If nobody objects within five replies, I count it as carried.",
    "Put me down for three votes on that.",
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

/// Turning to `{n}` after having answered.
pub(in crate::llm::scripted) const AFTER: &[&str] = &[
    "That is what {q} [set off in me|led me to], {n}.",
    "I got there from {q}.",
    "So much for {q}, {n}; I [like it more now|would build on it].",
    "All of it follows from {q}, if I read you right, {n}.",
    "It was {q} that put me on to it.",
    "I say it because {n} wrote {q}, and nobody took it up.",
    "Which is why {q} stayed with me.",
];

/// The same, objecting.
pub(in crate::llm::scripted) const AFTER_AGAINST: &[&str] = &[
    "That is what I would set against {q}, {n}.",
    "And so I cannot go along with {q}.",
    "Hence my trouble with {q}, {n}.",
    "With that in mind, {q} looks [thinner|less safe] than it did.",
    "{n}, how does {q} survive that?",
];

/// Beginning a thread on what `{n}` wrote.
pub(in crate::llm::scripted) const SPUN: &[&str] = &[
    "In “{m}” {n} wrote {q}, and I think that it deserves a thread of its own.",
    "{n} said something over in “{m}” that went by too fast: {q}.",
    "I have been carrying a line of {n}'s around: {q}.",
    "{n} wrote {q}. The thread moved on. I did not.",
    "This began as a reply to {n}, who wrote {q}, and it got too long.",
    "There was a sentence in “{m}”, from {n}, which I would like to have out on its own: {q}.",
];

/// Titles for two subjects, `{m}`.
pub(in crate::llm::scripted) const PAIR_TITLES: &[&str] = &[
    "{m}: the same thing twice?",
    "What do {m} have in common?",
    "{m}, side by side",
    "I keep mixing up {m}",
    "Between {m} there is a door",
    "{m}: which explains which?",
    "{m} have never been introduced",
];
