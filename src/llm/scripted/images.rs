//! Pictures of what is talked about, from those who think in them: a topic, a way to compare it, and a thing.

use std::sync::LazyLock;

use super::issues::Text;
use super::persona::Voice;

/// What anything may be compared to.
const IMAGES: &str = "a piano with one dead key
a lighthouse at noon
a staircase that ends at a wall
a kettle in an empty house
a glove on a railing
a letter posted without a stamp
a drawer full of odd buttons
a tram that runs on after midnight
a coat with somebody else's ticket in its pocket
a window that looks on to another window
a ladder leaning on nothing
a bell under water
a chessboard left out in the rain
a queue at a shut counter
a kite caught in a pylon
an orchestra that is still tuning
a map folded the wrong way
a snow globe that has run out of snow
a candle in a lift
a clock that strikes thirteen
a bridge seen from below
a wet dog in a church
a moth round a study lamp
a fish tank in a waiting room
an umbrella on a dry day
a field of scarecrows at dusk
a speech in an empty hall
a cellar full of left shoes
a typewriter without an e
a swing that moves by itself
a town on the day after the fair
a loaf with a ring baked into it
a violin in a pawnshop
a spoon bent to open a door
a puddle with the whole sky in it
an attic full of other people's summers
a boat on a hill
a key to a lock that was changed
a rehearsal in the wrong costumes
a ball lost on a roof
a garden behind a garage
a suitcase that nobody claims
a bucket under a leak
an echo that comes back early
a mirror in a dark corridor
a stone that skips seven times
a radio between two stations
a shop that sells only lids
a cake cut by surveyors
a horse in a kitchen
a train seen across two fields
a sack race uphill
a tent in a drawing room
a fence with one board missing
a fountain in winter
a scale with a bird on one side
a knot tied in the dark
a rowing boat full of rain
a telephone that rings in a wardrobe
a postman with one letter for everybody
a parade going the wrong way
a picnic on a roundabout
a firework in broad daylight
an onion with a stone inside
a thermometer in a snowman
a carousel after closing time
a comb with two teeth left
a pocket with a hole and one coin
a goose on a frozen pond
a street lamp in a forest
a well with a microphone in it
a sleeper on the wrong train
a choir with one cold
a teapot in the shape of a smaller teapot
a compass in a box of magnets
a wedding cake in a rucksack
a giraffe in a bus shelter
a harp in a removal van
a tightrope laid on the ground
an hourglass lying on its side
a crossword with one square too many
a handrail without stairs
a raft made of doors
a museum of keyholes
a sandcastle with a mortgage
a parrot at a funeral
a barometer in love with good weather
a footprint in wet cement
a ribbon round an empty box
a scarecrow with a cold
a pond that has swallowed a bicycle
a theatre seat with a name on it
a spare wheel for a sledge
a bathtub in a meadow
a lantern carried by somebody asleep
a jar that hums on its shelf
a coin standing on its edge
a door painted on a rock
an anchor in a vegetable bed
a canary with a map of the mine
a button sewn on with gold thread
a waltz on one leg
a snowplough in August
a shadow that arrives first
a chimney without a house
a ferry between two puddles
a drum stuffed with feathers
a sundial under a tree
a night watchman with a trumpet
a stamp collection in a flood
a cradle song for whales
a banquet for one spoon
a hat that remembers three heads
a seesaw with nobody opposite
a crane asleep on its own hook
a lost balloon above a motorway
a dictionary with one word missing
a hammock between two arguments
a tortoise on a moving walkway
a keyring without a house";

/// How a voice brings them in: the topic is `{t}`, the thing `{m}`.
const FRAMES: [[&str; 4]; 6] = [
    [
        "If somebody asked me to draw {t}, I would draw {m}.",
        "Today {t} {is} {m} for me, and tomorrow who knows.",
        "I cannot think of {t} any more without {m}.",
        "I want a picture of {t} on my wall, and it would have to show {m}.",
    ],
    [
        "As a model of {t} I would propose {m}.",
        "In my notes the page on {t} has a sketch on it, of {m}.",
        "{t}, in one picture: {m}.",
        "Compare {t} with {m}, and the difficulty stands out.",
    ],
    [
        "With my eyes shut, {t} {is} {m}.",
        "Look long enough at {t} and you see {m}.",
        "In the house that I make up, {t} {is} {m}.",
        "What I see of {t} from my window is {m}.",
    ],
    [
        "Picture {m}, and you have {t}.",
        "Here is {t} in one picture: {m}.",
        "If {t} had a coat of arms, it would show {m}.",
        "A monument to {t} would have to be {m}.",
    ],
    [
        "When I think of {t} I see {m}, and it makes me careful.",
        "For me {t} {is} a little like {m}.",
        "I like to think of {t} as {m}, if that helps anybody.",
        "Somewhere behind {t} I always find {m}.",
    ],
    [
        "Those who come after us may remember {t} as {m}.",
        "One could do worse than compare {t} to {m}.",
        "An old painter would have put {m} under the name of {t}.",
        "I have come to look at {t} as one looks at {m}.",
    ],
];

static TEXTS: LazyLock<Vec<Text>> = LazyLock::new(|| IMAGES.lines().map(Text::thing).collect());

/// Everything that something may be compared to.
pub(super) fn all() -> &'static [Text] {
    &TEXTS
}

/// The ways in which `voice` compares.
pub(super) const fn frames(voice: Voice) -> &'static [&'static str] {
    &FRAMES[voice as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_picture_can_be_told_from_the_others() {
        let prints: HashSet<u32> = all().iter().filter_map(|image| image.print()).collect();
        assert_eq!(prints.len(), all().len());
        for frame in FRAMES.iter().flatten() {
            assert!(frame.contains("{t}") && frame.contains("{m}") && frame.ends_with('.'), "{frame}");
        }
    }
}
