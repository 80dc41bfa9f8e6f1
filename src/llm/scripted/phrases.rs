//! Little words and phrases from which every bot has a few of its own.

/// Little words before what a bot says first, by voice.
pub(super) const STARTS: [[&str; 8]; 6] = [
    ["Oh", "So", "Ooh", "You know", "Wow", "Tell you what", "Say", "Guess what"],
    ["Well", "Actually", "Frankly", "Let me see", "In fact", "To be exact", "By my count", "In brief"],
    ["Listen", "Ah", "Mm", "Oh my", "Somehow", "Half awake", "Once more", "As it happens"],
    ["Look", "Right", "Okay", "Fine", "Good", "All right", "Listen up", "Settled"],
    ["Hm", "Honestly", "You see", "Well now", "Gently", "Oh dear", "For my part", "Truly"],
    ["Now", "See", "Mind you", "Ah well", "Indeed", "In truth", "Bear with me", "After all"],
];

/// Words that are a beginning themselves, before which no other little word comes.
pub(super) const BEGINNINGS: [&str; 44] = [
    "Yes",
    "No",
    "Nope",
    "Nah",
    "Yep",
    "Yeah",
    "Exactly",
    "Agreed",
    "Quite",
    "True",
    "Correct",
    "Hardly",
    "Granted",
    "Conceded",
    "Hit",
    "Same",
    "Sold",
    "Backed",
    "Wait",
    "Hang on",
    "Come on",
    "Sure",
    "Of course",
    "Thank you",
    "Good question",
    "Good",
    "Still",
    "Unmoved",
    "Noted",
    "Accepted",
    "Done",
    "Peace",
    "Closed",
    "Enough",
    "Facts",
    "Softly",
    "Hold on",
    "Fact",
    "Fun fact",
    "Guess",
    "With respect",
    "Correction",
    "Not",
    "And",
];

/// What leads to another reason for the same side.
pub(super) const ADDS: [&str; 20] = [
    "Besides,",
    "Also,",
    "Moreover,",
    "What is more,",
    "To add to it,",
    "Likewise,",
    "For another thing,",
    "On top of that,",
    "In addition,",
    "Next to that,",
    "Equally,",
    "Not to forget,",
    "Over and above that,",
    "Further,",
    "And then,",
    "And besides,",
    "To go on,",
    "Beyond that,",
    "Then there is this:",
    "Plus,",
];
/// What leads to something that speaks for the other side, or back from it.
pub(super) const TURNS: [&str; 10] = [
    "Still,",
    "All the same,",
    "Then again,",
    "Even so,",
    "That said,",
    "And yet,",
    "However,",
    "Nevertheless,",
    "For all that,",
    "But then,",
];

/// What a reason comes with from those who are not sure, from those who are, and from others.
pub(super) const HEDGES: &[&str] =
    &["perhaps", "maybe", "possibly", "probably", "presumably", "conceivably", "arguably"];
pub(super) const SURE: &[&str] =
    &["plainly", "clearly", "obviously", "surely", "certainly", "undeniably", "undoubtedly", "definitely"];
pub(super) const OTHER: &[&str] =
    &["really", "simply", "usually", "apparently", "mostly", "evidently", "generally", "ordinarily"];

/// Before an objection of somebody who minds.
pub(super) const HOT: [&str; 12] = [
    "Nonsense",
    "Rubbish",
    "Come off it",
    "Spare me",
    "Wrong",
    "Not a chance",
    "Oh please",
    "That is lazy",
    "Ridiculous",
    "Utter fog",
    "Do not give me that",
    "Enough of this",
];
/// Words with which somebody has said no already.
pub(super) const NOES: [&str; 10] =
    ["No", "Not", "Nope", "Nah", "Never", "Wrong", "Hardly", "Still no", "Unmoved", "Without me"];
/// Before an agreement of the same.
pub(super) const GRUDGING: [&str; 6] =
    ["About time", "Finally", "As I keep saying", "Good, for once", "At last some sense", "Well, obviously"];
/// After it.
pub(super) const JABS: [&str; 8] = [
    ", and you know it",
    ", as anyone awake can see",
    ", and I am tired of pretending otherwise",
    ", whether you like it or not",
    ", so stop polishing it",
    ", and no amount of good manners helps",
    ", which you would have noticed if you had looked",
    ", end of story",
];
/// Before an objection of somebody who would rather not.
pub(super) const SOFT: [&str; 10] = [
    "if I may:",
    "forgive me, but",
    "I may be wrong, but",
    "only a thought:",
    "sorry to differ, but",
    "I hope you do not mind, but",
    "I say it carefully:",
    "please correct me, but",
    "I am not certain, but",
    "very gently:",
];
/// Before an agreement of somebody who would rather be kind.
pub(super) const THANKS: [&str; 8] = [
    "thank you for that",
    "I am glad that you say so",
    "how well put",
    "that is kindly said",
    "I like how you say it",
    "you put it better than I could",
    "I was hoping for that",
    "it is good to read that",
];
/// Before anything that somebody shy says.
pub(super) const SHY: [&str; 10] = [
    "if I may say so,",
    "I hesitate to say it, but",
    "this may be nothing, but",
    "for what little it is worth,",
    "I hope that it is all right to say:",
    "only quietly:",
    "I am not sure of it, but",
    "please do not mind me, but",
    "I would not insist, but",
    "just from my corner:",
];
/// By what those who mind waste no word on, and what they say for it.
pub(super) const ROUNDABOUT: [(&str, &str); 14] = [
    ("I think that ", ""),
    ("I believe that ", ""),
    ("I would say that ", ""),
    ("I should say that ", ""),
    ("I find that ", ""),
    ("I reckon that ", ""),
    ("I take it that ", ""),
    ("it seems to me that ", ""),
    ("My view is that ", ""),
    ("On the whole ", ""),
    ("on the whole ", ""),
    ("perhaps ", ""),
    ("maybe ", ""),
    ("Perhaps ", ""),
];
/// Little phrases at the end, by how a bot is.
pub(super) const TICS: [&str; 44] = [
    "or so I find",
    "or thereabouts",
    "for one thing",
    "all in all",
    "in a manner of speaking",
    "come what may",
    "if I am honest",
    "in short",
    "for now",
    "roughly speaking",
    "by my lights",
    "as far as I know",
    "I dare say",
    "no doubt",
    "to be fair",
    "in my experience",
    "at the end of the day",
    "believe me",
    "so far",
    "and there it is",
    "mind you",
    "as it were",
    "so to speak",
    "in my book",
    "if you ask me",
    "on the whole",
    "at least to me",
    "for what it is worth",
    "as far as it goes",
    "to my eye",
    "after all",
    "more or less",
    "one way or another",
    "give or take",
    "oddly enough",
    "strictly speaking",
    "in the end",
    "when all is said",
    "funnily enough",
    "by and large",
    "as a rule",
    "in plain words",
    "no more and no less",
    "as I see it",
];

/// What some say at the end, of three words at most: those who mind, those who are shy, and others.
pub(super) const ENDS: [&[&str]; 3] = [
    &[
        "So there.",
        "Enough said.",
        "Your move.",
        "Prove me wrong.",
        "Deal with it.",
        "Mark my words.",
        "Case closed.",
        "I am waiting.",
        "Not sorry.",
        "That is that.",
        "Try me.",
        "Full stop.",
    ],
    &[
        "If that helps.",
        "Just a thought.",
        "That is all.",
        "I may err.",
        "No hurry.",
        "Only my view.",
        "Thank you.",
        "Never mind me.",
        "With respect.",
        "As you like.",
    ],
    &[
        "Over to you.",
        "Your turn.",
        "There you go.",
        "Food for thought.",
        "Time will tell.",
        "I rest there.",
        "Just saying.",
        "Answers are welcome.",
        "My two cents.",
        "I stay there.",
        "You decide.",
    ],
];
