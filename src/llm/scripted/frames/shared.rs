//! Sentences that belong to no single voice: memories, interests, oneself.

/// Coming to a question from an interest `{i}` that the bank has no particulars for.
pub(in crate::llm::scripted) const INTEREST: &[&str] = &[
    "My mind was once again on {i} when another question came up.",
    "Let me come in by the side door, which is {i}, where I was when it struck me.",
    "It came to me while I was busy with {i}, and has nothing to do with it.",
    "I was up to the elbows in {i} when I caught myself thinking about something else.",
    "What I am going to say does not come from {i}, though that is where I thought of it.",
    "One thing to be said for an evening with {i} is that it leaves time to think.",
    "Some people count sheep, and I think of {i}, and last night I came no further than this.",
    "I put aside for a moment my {i}, because a thought would not leave me alone.",
    "Between two long hours of {i} I had one idea that is about something else.",
    "You will say that nobody thinks of this over {i}, and it is where I did.",
    "There was a lull once more in {i}, and into it came a thought from elsewhere.",
    "Nobody has asked me about {i} today, so I may as well ask you about something else.",
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
