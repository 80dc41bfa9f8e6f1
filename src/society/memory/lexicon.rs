//! The words and turns of phrase by which posts are read.
//!
//! Each list is one text: single words with spaces between them, turns of phrase with bars. They are looked
//! up by their first word, so that a post is gone through once, however many there are.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

type ByWord<T> = HashMap<&'static str, T, FixedState>;

const SETTLES: &str = "\
    bet due|bet is due|pay up|bet was that|had bet|wager that|lost the bet|won the bet|win the bet";
const TURNS: &str = "\
    changed my mind|i change my mind|i was wrong|i take it back|take back what|i withdraw|\
    i switch sides|on the other side from now|from now on i say|from here on is that|i go over to those|\
    count me from today among|you convinced me|you have convinced me|you've convinced me|i stand corrected";
const RECONCILES: &str = "\
    truce|my tone was|grown sharp|the sharp version|left the gate open|too eager with you|\
    with me than right|apologise|apologize|sorry for|make peace|made peace|no hard feelings";
const GRANTS: &str = "\
    you are right|you're right|that one is yours|conceded|i concede|granted|i grant|i accept that|\
    that is fair|point to you|you got me|i was too quick|i give way|give way where|i repair my view|\
    i had not thought of|i hadn't thought|i had not seen|i had not allowed|fair hit|fair point|\
    good point|well taken|let that one go|picture had a hole|moved the lamp|standing too near|\
    the better half of it|come in on my side|pay for good arguments|fair enough";
const OBJECTS: &str = "\
    i disagree|i doubt|i object|i do not agree|i don't agree|i beg to differ|not convinced|\
    cannot follow you|bet against|the trouble is|step is missing|proves less|part ways|why is it that|\
    even so|does not carry|does not bear on|does not nest|not answered it|scale does not move|\
    do not move for that|cannot leave out|in its strongest form|would need to be true|other way round|\
    you had me until|i will not:|not so sure|and yet|cannot go along|my trouble with|\
    i would set against|counterexample|i followed you up to|not buying|i part company|counted my doubts|\
    only moves the question|on the ground that|does two jobs|first because|i would not argue, except|\
    cannot get round it|not yet!";
const AGREES: &str = "\
    i agree|i am with you|i'm with you|with you there|agree with|agreed|i would add|\
    goes further than that|that fits|that is correct|well put|count me in|you have said it|\
    a second reason|in addition|same side|it holds|to seventy|granted in full|has it.";
const THANKS: &str = "\
    thank you|thanks|well done|i am glad|i'm glad|congratulations|welcome back|take care of|\
    that was kind";

/// Turns of phrase in which a sentence says what others hold, what would have to be so, or what came of something.
pub(super) const SPOKEN_OF: &str = "\
    best that can be said|their best reason|can do for that side|in its favour one|would tell you that|from that window|strongest argument|\
    for a good reason|have one argument|one says that|only argument they|if you paid me|be said for it|arguments for it|\
    for it: |part of me can say|case i can build|evidence for it would|in their dream|best card|how one gets there|\
    their ground is|change my mind if|show me that|show me in practice|give it up if|i trust told me|change sides|\
    would do it|would be enough|switch on the spot|or proof that|it on proof that|free lunch|live to see|for a whole day|come over at once|\
    brought me a sign|gladly be wrong|could teach me|be decided if|show itself|one test would|, and count|become clear if|\
    by doing something|biscuits|step one|expect this|it is settled|okay, deal|record the decision|we have agreed|bell has rung|\
    decided: |decided, we|decided by|carried: |carried by all|it is agreed|settled, and|has spoken|let it stand|made up our minds|\
    on the door now|found its word|show of hands|on the other side|the first have it|half asleep|live with it|\
    beyond me|thing to fall back|stop looking quite early|at the first test|not even wrong|window shut|stale loaf|\
    old tune|hurts to read|lazy as well|rested mind|by those who paid|had to act would|room in this house|\
    a light in which|might well say|be lovely if|for anybody to say|should mind if|kind person can|have their reasons|\
    friend of the room|will not stay|sounds good, only|floats off|it says on the door|used to think so|moon may say|\
    many a one has|nine in which|half of a sentence|does look as if|it looks as though|like to think that|\
    anybody can say|one may say that|like it to be so|those who say that|people tell each other|somebody may need|\
    often been said|would eat my shoes|the bet|my bet|agreement to|we agreed|had agreed|were to ";

/// What a turn of phrase tells.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    /// A bet is settled.
    Settles,
    /// A mind is changed.
    Turns,
    /// A quarrel ends.
    Reconciles,
    /// A point is granted.
    Grants,
    /// An objection.
    Objects,
    /// Assent.
    Agrees,
    /// Thanks and good wishes.
    Thanks,
}

static CUES: LazyLock<ByWord<Vec<(&str, Cue)>>> = LazyLock::new(|| {
    let mut cues = ByWord::default();
    for (list, cue) in [
        (SETTLES, Cue::Settles),
        (TURNS, Cue::Turns),
        (RECONCILES, Cue::Reconciles),
        (GRANTS, Cue::Grants),
        (OBJECTS, Cue::Objects),
        (AGREES, Cue::Agrees),
        (THANKS, Cue::Thanks),
    ] {
        for phrase in list.split('|') {
            cues.entry(first_word(phrase)).or_insert_with(Vec::new).push((phrase, cue));
        }
    }
    cues
});

/// Where each kind of cue is first met in a text in lower case.
pub(super) fn cues(lower: &str) -> [Option<usize>; 7] {
    let mut found = [None; 7];
    for (at, word) in places(lower) {
        for (phrase, cue) in CUES.get(word).into_iter().flatten() {
            if found[*cue as usize].is_none() && lower[at..].starts_with(phrase) {
                found[*cue as usize] = Some(at);
            }
        }
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\'' | '’')
}

fn first_word(phrase: &str) -> &str {
    phrase.split(|c| !is_word(c)).next().unwrap_or_default()
}

/// The words of a text with their places.
fn places(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let start = text.as_ptr() as usize;
    text.split(|c| !is_word(c))
        .filter(|w| !w.is_empty())
        .map(move |word| (word.as_ptr() as usize - start, word))
}

const FIRST: &str = "\
    i me my mine myself i'm i've i'd i'll i’m i’ve i’d i’ll";
const SECOND: &str = "\
    you your yours yourself you're you've you'd you'll you’re you’ve you’d you’ll";
const OF_THE_ROOM: &str = "\
    thread threads post posts reply replies vote votes deadline bet paragraph forum";
const VERBS: &str = "\
    is are was were has have had can cannot could will would does do did must should may might isn't \
    aren't can't don't doesn't won't be been makes needs takes keeps knows means gives lets gets comes \
    goes shows holds tells wants works stays says becomes leaves looks turns brings helps costs starts \
    begins ends lives dies grows loses wins breaks falls moves runs sees hears feels reads writes \
    learns teaches eats sleeps mends rises carves hunts rest hunt sits stands found made came went kept \
    knew lost began gave took told saw said thought became left felt held brought meant wrote grew ran \
    fell broke won sat stood paid sent built taught spent heard end know say see think want need find \
    keep make take go come get give feel believe trust solve carry matter ship hide change forget \
    rewrites touches";
const PLACING: &str = "\
    under in on with from at by of down between before after without until over into";
const HOLDS: &str = "\
    think hold say said says believe claim guess suspect sure bet argue know keep fact hope point \
    ground reason this is remains remain was see sees seen means true cent showing shown accept right \
    hear with one would finding me so find found agree suppose insist maintain conclude feel yours all \
    finds namely settled knows";
const DEEDS: &str = "\
    look check read report come consult bring try measure test write find draw go collect send share";

/// The one who writes.
pub(super) const IS_FIRST: u8 = 1;
/// The one who is written to.
pub(super) const IS_SECOND: u8 = 2;
/// Words that speak of the room instead of the subject.
pub(super) const IS_OF_THE_ROOM: u8 = 4;
/// Verbs as they follow a subject.
pub(super) const IS_VERBS: u8 = 8;
/// Beginnings that need a verb after them to be more than an image.
pub(super) const IS_PLACING: u8 = 16;
/// Words that lead from what is held to the clause that says it.
pub(super) const IS_HOLDS: u8 = 32;
/// Verbs that make an announcement a promise.
pub(super) const IS_DEEDS: u8 = 64;

static WORDS: LazyLock<ByWord<u8>> = LazyLock::new(|| {
    let mut words = ByWord::default();
    for (list, kind) in [
        (FIRST, IS_FIRST),
        (SECOND, IS_SECOND),
        (OF_THE_ROOM, IS_OF_THE_ROOM),
        (VERBS, IS_VERBS),
        (PLACING, IS_PLACING),
        (HOLDS, IS_HOLDS),
        (DEEDS, IS_DEEDS),
    ] {
        for word in list.split_whitespace() {
            *words.entry(word).or_insert(0) |= kind;
        }
    }
    words
});

/// Of which kinds a word in lower case is.
pub(super) fn kinds(word: &str) -> u8 {
    WORDS.get(word).copied().unwrap_or(0)
}

const OPENERS: &str = "\
    yes|no|oh|well|right|agreed|and|but|so|yet|still|besides|even so|after all|in fact|honestly|indeed|\
    also|then|perhaps|maybe|of course|to be fair|frankly|look|again|though|however|for me|in short|\
    in the end|in my view|in my experience|my guess is|on the contrary|on the other hand|for example|\
    for instance|as i said|that said|fair enough|all right|what is more|in addition|in other words|\
    personally|sure|okay|ok|hm|because|since|first|second|finally|yes and no|true|exactly|correct|fact|\
    obviously|plainly|clearly|surely|possibly|probably|presumably|conceivably|certainly|undeniably|really|\
    simply|usually|apparently|mostly|evidently|in the short run|in the long run|new decision|\
    listen|naturally|oddly|ah|now|fine|a further ground|independently of that|on top of that|second reason|\
    and one more|if that is not enough|reasons for those who need them|reason|short answer|ground|claim|\
    reason, if you insist|a claim|same story|on top of everything|account closed, balance as follows|closing the list|result|item two|a reason|to put it together|my comment is short|so|ooh|you know|actually|let me see|mm|oh my|you see|well now|see|mind you|ah well|besides|\
    then again|anyway|moreover|by the way|oh, and|meanwhile|for the rest|incidentally|in any case|plus|furthermore|separately|\
    next|secondly|on the side|between us|to go on|what else|and now|equally|that aside|in passing|not to forget|\
    as for the rest|come to think of it|while i am at it|going on|and then|from there|all the same|to add to it|and lastly|\
    wow|tell you what|guess what|by my count|half awake|as it happens|listen up|say|hold on|to be exact|strictly|in brief|somehow|softly|once more|hush|good|come now|straight out|enough|\
    gently|oh dear|for my part|truly|in truth|bear with me|arguably|generally|ordinarily|undoubtedly|definitely|\
    apart from that|one more thing|my answer is simple|yep|nope|nah|hardly|and behind it|and there is this, too|good question";
const TAILS: &str = "\
    mind you|as it were|so to speak|in my book|if you ask me|on the whole|at least to me|for what it is worth|\
    as far as it goes|to my eye|after all|more or less|one way or another|give or take|oddly enough|\
    strictly speaking|in the end|when all is said|funnily enough|by and large|as a rule|in plain words|\
    no more and no less|as i see it|or so i find|or thereabouts|for one thing|all in all|in a manner of speaking|come what may|\
    if i am honest|in short|for now|roughly speaking|by my lights|as far as i know|i dare say|no doubt|to be fair|in my experience|\
    at the end of the day|believe me|so far|and there it is|i think|i suppose|i guess";
const LEANING: &str = "\
    this|that|it|they|these|those|he|she|here|which|who|whose|whom|such|both|neither|either|then|its|\
    their|his|her|them|not|or|nor|than|as|to|for|like|how|why|where|when|take|let|make|look|give|ask|\
    try|say|stop|show|put|tell|pick|call|name|think|imagine|consider|note|add|strip|do|run|write|please|\
    count|keep|read|set|wait|see|come|start|remember|suppose|next|short|plant|even|afterwards|probably|\
    is|there's|line|lacking|the first|the second|the other|the same|the latter|the former|the method|\
    the claim|the one|the odd thing|the word|the cause|the answer|the question|the explanation|the rest|\
    the middle|the tale|one of|some of them|some|each of|most of them|all of it|all of them|none of|\
    there is something|looking back|case from|a case from|in there|at the edge of|an older form|\
    two things|two answers|we|proposal|lesson|rather than|on condition|the reason|the result|two people|\
    every year a|i|let's";

fn by_first_word(list: &'static str) -> ByWord<Vec<&'static str>> {
    let mut phrases: ByWord<Vec<&str>> = ByWord::default();
    for phrase in list.split('|') {
        phrases.entry(first_word(phrase)).or_default().push(phrase);
    }
    phrases.values_mut().for_each(|list| list.sort_by_key(|phrase| std::cmp::Reverse(phrase.len())));
    phrases
}

static BY_OPENER: LazyLock<ByWord<Vec<&str>>> = LazyLock::new(|| by_first_word(OPENERS));
static BY_LEANING: LazyLock<ByWord<Vec<&str>>> = LazyLock::new(|| by_first_word(LEANING));

/// The words at the beginning of a text in lower case that belong to the talk and not to the claim, longest first.
pub(super) fn openers(lower: &str) -> impl Iterator<Item = &'static str> {
    let all = BY_OPENER.get(first_word(lower)).into_iter().flatten();
    all.copied().filter(move |opener| lower.starts_with(opener))
}

/// The text without a little phrase at its end, such as “…, after all”.
pub(super) fn tailless(text: &str) -> &str {
    let cut = text.rfind(", ").filter(|at| {
        let tail = &text[at + 2..];
        TAILS.split('|').any(|known| known.eq_ignore_ascii_case(tail))
    });
    cut.map_or(text, |at| &text[..at])
}

/// Whether a clause in lower case leans on something said before, or asks for a deed.
pub(super) fn leans(lower: &str) -> bool {
    BY_LEANING.get(first_word(lower)).into_iter().flatten().any(|phrase| {
        lower.strip_prefix(phrase).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ',', '\'']))
    })
}
