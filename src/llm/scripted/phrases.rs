//! Little words and phrases from which every bot has a few of its own.

/// Little words before what a bot says first, by voice.
pub(super) const STARTS: [[&str; 8]; 6] = [
    ["Oh", "So", "Ooh", "You know", "Wow", "Tell you what", "Hey", "Funny"],
    ["Well", "Actually", "Frankly", "Let me see", "In fact", "To be exact", "Strictly speaking", "In brief"],
    ["Listen", "Ah", "Mm", "Oh my", "Somehow", "Half awake", "Strange", "As it happens"],
    ["Look", "Right", "Okay", "Fine", "Now then", "All right", "Listen up", "Simple"],
    ["Hm", "Honestly", "You see", "Well now", "Oh dear", "For my part", "Truly", "Dear me"],
    ["Now", "See", "Mind you", "Ah well", "On reflection", "In truth", "Bear with me", "To my mind"],
];

/// Little words of those who use no more words than they need.
pub(super) const PLAINLY: [&str; 8] = [
    "Plainly put",
    "In plain words",
    "To the point",
    "Put simply",
    "In short",
    "Without trimmings",
    "Just this",
    "As it stands",
];

/// Words that are a beginning themselves, before which no other little word comes.
pub(super) const BEGINNINGS: [&str; 47] = [
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
    "But",
    "Oh",
    "Okay",
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
/// What a reason comes with from those who are not sure.
pub(super) const HEDGES: &[&str] =
    &["perhaps", "maybe", "possibly", "probably", "presumably", "conceivably", "arguably"];

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
/// What some say at the end, of three words at most: those who mind, and those who are shy.
pub(super) const ENDS: [&[&str]; 2] = [
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
];

/// What leads to what a bot has to say to a particular, by what that is: an objection, a picture, a deed, a feeling, a
/// weighing.
pub(super) const TO_PARTICULARS: [[&str; 8]; 5] = [
    ["But", "One doubt:", "Careful:", "A caveat:", "Not so fast:", "Against that:", "Objection:", "Hm, but"],
    [
        "I can see it:",
        "Picture it:",
        "There it is:",
        "Imagine:",
        "A scene:",
        "In my mind,",
        "From here it looks like this:",
        "As I see it,",
    ],
    [
        "Simple:",
        "Practical:",
        "My advice:",
        "What to do:",
        "Easy:",
        "In practice:",
        "So here is what one does:",
        "No fuss:",
    ],
    [
        "For me,",
        "What stays with me:",
        "I keep thinking:",
        "It touches me:",
        "I notice:",
        "To me,",
        "Quietly:",
        "I cannot help it:",
    ],
    [
        "On balance,",
        "To be fair,",
        "Both ways:",
        "Weighed up:",
        "Seen from both ends,",
        "All told,",
        "Taken together,",
        "As I weigh it,",
    ],
];
