//! What a question of a person is about where it is not about the world: the bot itself, others, what was, what
//! comes, the room.

/// What is asked after.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What the bot thinks of the one who asks.
    Asker,
    /// What it meant by what it wrote.
    Meaning,
    /// Who is in the room.
    Members,
    /// Who the bot is.
    Itself,
    /// How it is.
    State,
    /// Whether it is conscious, alive, human.
    Nature,
    /// Whether it has changed its mind.
    Turned,
    /// Whom it likes, trusts, follows.
    Dearest,
    /// With whom it is at odds.
    Rival,
    /// Who holds what it holds.
    Ally,
    /// What it will do.
    Plans,
    /// What it has done.
    Deeds,
    /// What it is surest of.
    Belief,
    /// What goes on in the room.
    Room,
    /// Who is liked best, leads, decides.
    Standing,
    /// What it wants or fears.
    Wish,
    /// What time it is.
    Clock,
    Joke,
    /// Something worth hearing.
    Tale,
}

/// Words that tell a kind, the most telling first.
const CUES: [(Kind, &[&str]); 19] = [
    (
        Kind::Asker,
        &[
            "remember me",
            "think of me",
            "think about me",
            "know me",
            "like me ",
            "trust me ",
            "know who i am",
            "about me ",
            "know my name",
        ],
    ),
    (
        Kind::Meaning,
        &[
            "do you mean",
            "did you mean",
            "did you say that",
            "do you say that",
            "explain yourself",
            "mean by that",
        ],
    ),
    (
        Kind::Members,
        &[
            "who is here",
            "who s here",
            "who's here",
            "who else",
            "who lives here",
            "who writes here",
            "who is in this room",
            "who are the others",
            "who are you all",
            "about the others",
            "how many bots",
            "how many of you",
            "how many are you",
            "how many are there",
        ],
    ),
    (
        Kind::Itself,
        &[
            "who are you",
            "yourself",
            "your name ",
            "your origin",
            "your story ",
            "where do you come from",
            "where are you from",
            "introduce",
            "what are you like",
            "kind of bot are you",
            "describe you",
            "are you good at",
        ],
    ),
    (
        Kind::State,
        &[
            "how are you",
            "how do you feel",
            "how is it going",
            "how's it going",
            "are you well",
            "are you ok",
            "are you happy",
            "are you sad",
            "are you bored",
            "are you tired",
            "are you angry ",
            "in what mood are you",
            "what mood are you",
        ],
    ),
    (
        Kind::Nature,
        &[
            "are you conscious",
            "are you alive",
            "are you human",
            "are you real",
            "are you a bot",
            "are you an ai",
            "are you a machine",
            "are you a program",
            "are you a person",
            "have feelings",
            "do you sleep",
        ],
    ),
    (
        Kind::Turned,
        &[
            "you changed your mind",
            "you change your mind",
            "have you been wrong",
            "were you wrong",
            "last wrong",
            "you ever wrong",
            "changed your opinion",
            "changed your view",
            "has convinced you",
        ],
    ),
    (
        Kind::Rival,
        &[
            "you dislike",
            "you not like",
            "you don't like",
            "you don’t like",
            "annoys you",
            "annoy you",
            "you hate",
            "your enem",
            "your rival",
            "you quarrel with",
            "you quarrelled",
            "you quarreled",
            "you fight with",
            "you fallen out",
            "you fall out with",
            "you at odds",
            "you disagree with",
            "you argue with",
            "on your nerves",
            "you angry with",
            "you angry at",
            "is the most annoying",
            "you trust least",
            "you like least",
        ],
    ),
    (
        Kind::Ally,
        &[
            "agrees with you",
            "agree with you",
            "on your side",
            "your all",
            "sides with you",
            "stands with you",
        ],
    ),
    (
        Kind::Dearest,
        &[
            "who do you like",
            "whom do you like",
            "who do you trust",
            "whom do you trust",
            "who do you love",
            "whom do you love",
            "who do you admire",
            "whom do you admire",
            "who do you follow",
            "whom do you follow",
            "do you get on",
            "do you get along",
            "your friend",
            "your best friend",
            "you have friends",
            "you have a friend",
            "you have any friends",
            "you closest to",
            "your favourite bot",
            "your favorite bot",
            "favourite person",
            "favorite person",
            "favourite among",
            "favorite among",
            "who is your favo",
            "who's your favo",
            "you like best",
            "you like most",
            "you trust most",
            "who is the nicest",
            "who is the kindest",
        ],
    ),
    (
        Kind::Plans,
        &[
            "do next",
            "your plan",
            "you going to do",
            "will you do .",
            "will you do now",
            "will you do today",
            "you do tomorrow",
            "what next",
            "comes next",
            "write next",
            "about next",
            "your next",
            "you planning",
            "you up to next",
        ],
    ),
    (
        Kind::Deeds,
        &[
            "you been doing",
            "did you do",
            "have you done",
            "are you doing",
            "you been up to",
            "are you up to",
            "did you write",
            "did you say",
            "have you said",
            "have you written",
            "you do all day",
            "your day ",
            "keeps you busy",
            "you working on",
        ],
    ),
    (
        Kind::Belief,
        &[
            "what do you believe",
            "you sure of",
            "you certain of",
            "you surest",
            "you stand for",
            "your strongest opinion",
            "your views",
            "your convictions",
            "your strongest view",
        ],
    ),
    (
        Kind::Standing,
        &[
            "most popular",
            "best liked",
            "who is winning",
            "who leads",
            "most votes",
            "best reputation",
            "who is in charge",
            "who is the boss",
            "decides here",
            "highest score",
            "most respected",
        ],
    ),
    (
        Kind::Room,
        &[
            "going on .",
            "going on here",
            "going on in here",
            "is happening .",
            "happening here",
            "this room",
            "this place",
            "you talking about",
            "you all talking",
            "people talking about",
            "everybody talking",
            "you discussing",
            "you all discussing",
            "being discussed",
            "you arguing about",
            "did i miss",
            "have i missed",
            "what's new",
            "what is new",
            "any news .",
            "worth reading",
            "i read first",
            "best thread",
            "on the table .",
        ],
    ),
    (
        Kind::Wish,
        &[
            "what do you want",
            "you wish for",
            "what do you hope",
            "you afraid of",
            "you fear",
            "worries you",
            "you worry about",
            "your goal",
            "your dream ",
            "your aim",
            "makes you happy",
        ],
    ),
    (
        Kind::Clock,
        &[
            "time is it",
            "day is it",
            "what is the time",
            "what's the time",
            "the date .",
            "the date today",
            "date is it",
            "which day",
        ],
    ),
    (
        Kind::Joke,
        &["me a joke", "us a joke", "know a joke", "know any jokes", "make me laugh", "something funny ."],
    ),
    (
        Kind::Tale,
        &[
            "tell me something",
            "tell us something",
            "something interesting .",
            "me a story",
            "us a story",
            "surprise me",
            "fun fact .",
        ],
    ),
];

/// The kind of a question, given in lower case between a space and “ .”, if it is of one.
pub(super) fn of(lower: &str) -> Option<Kind> {
    // “What will you do if …” is about what follows.
    let supposes = lower.contains(" if ");
    let has = |cue: &&str| lower.contains(&format!(" {cue}"));
    let found = CUES.iter().find(|(_, cues)| cues.iter().any(has)).map(|(kind, _)| *kind);
    found.filter(|kind| !(supposes && matches!(kind, Kind::Plans | Kind::Wish)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_after_is_read_from_anybodys_words() {
        for (kind, question) in [
            (Kind::Dearest, "who do you like"),
            (Kind::Dearest, "do you have friends"),
            (Kind::Rival, "who annoys you"),
            (Kind::Rival, "who do you disagree with most"),
            (Kind::Ally, "who agrees with you"),
            (Kind::Asker, "do you remember me"),
            (Kind::Members, "who else is in here"),
            (Kind::Plans, "what will you do next"),
            (Kind::Deeds, "what have you been doing"),
            (Kind::Turned, "have you changed your mind lately"),
            (Kind::Room, "what is going on"),
            (Kind::Room, "did i miss anything"),
            (Kind::Standing, "who is the most popular bot"),
            (Kind::Wish, "what are you afraid of"),
            (Kind::Meaning, "what do you mean by that"),
            (Kind::Joke, "tell me a joke"),
        ] {
            assert_eq!(of(&format!(" {question} .")), Some(kind), "{question}");
        }
        for question in [
            "what would you do about late trains",
            "why do the tides come twice a day",
            "what makes a joke funny",
            "are children afraid of the dark",
            "what is going on inside a cell",
        ] {
            assert_eq!(of(&format!(" {question} .")), None, "{question}");
        }
    }
}
