//! What a reply adds to its answer.

use super::{ARGUED, Reading, argued};
use crate::llm::scripted::bank::Kind;
use crate::llm::scripted::draw::Draw;
use crate::llm::scripted::view::{Post, View};
use crate::llm::scripted::voices::Move;
use crate::llm::scripted::writer::Writer;
use crate::llm::scripted::{event, grammar, issues, recall};

/// How often nothing follows the answer to a question.
const ENOUGH: u32 = 40;

/// Adds what there is room for, by temperament.
pub(super) fn extend(
    writer: &mut Writer<'_, '_>,
    view: &View<'_>,
    post: Post<'_>,
    reading: &Reading,
    issue: usize,
    draw: &mut Draw,
) {
    // Mostly an answer is enough.
    if reading.asks && !writer.out.is_empty() && draw.chance(ENOUGH) {
        return;
    }
    let fancy = writer.temper.fancy;
    let asks = writer.temper.asks;
    let long = post.thread.reply_count >= 7;
    let enough = argued(post.thread, issue) >= ARGUED;
    let lead = view.persona.leadership();
    // line of the bank, case, person, memory, proposal, ask, joke, bet, sum, event, promise, reason
    let mut weights = [
        10,
        fancy / 12,
        fancy / 16,
        6,
        2 + lead / 20,
        asks / 4 + 2,
        if view.persona.habits.jokes { 5 } else { fancy / 40 },
        if view.persona.habits.bets { 10 } else { 2 + view.persona.aggression() / 24 },
        if long { 6 + lead / 6 } else { 0 },
        if view.scene.events.is_empty() { 0 } else { 5 },
        if view.scene.allowed.contains(&crate::domain::ActionKind::WebSearch) { 2 } else { 0 },
        16,
    ];
    for (kind, weight) in weights.iter_mut().enumerate() {
        *weight *= writer.temper.likes(kind);
    }
    if reading.asks {
        // What was asked is answered, and not made an occasion.
        for aside in [0, 3, 6, 9] {
            weights[aside] /= 4;
        }
    }
    // One question at a time; beside that of the opening only one about a particular.
    let told = reading.lines.iter().rev().find(|line| line.kind != Kind::Ask);
    if super::asks(&post.thread.content) && told.is_none()
        || post.thread.replies.iter().any(|reply| super::asks(&reply.content))
    {
        weights[5] = 0;
    }
    if enough {
        for side in [2, 4, 5, 7, 11] {
            weights[side] = 0;
        }
    }
    let heat = writer.temper.heat;
    if enough {
        // Nobody needs to hear once more what the others hold.
    } else if heat >= 65 && draw.chance((heat - 40) / 2) {
        let _ = writer.say(Move::Scorn, "", None, draw);
    } else if heat <= 20 && draw.chance((32 - heat) / 2) {
        let _ = writer.say(Move::Allow, "", None, draw);
    }
    for _ in 0..2 + usize::from(writer.temper.reach > 44) {
        let words = writer.words();
        if words + 7 > writer.temper.reach {
            break;
        }
        let Some(chosen) = draw.weighted(&weights) else { break };
        weights[chosen] = 0;
        let done = match chosen {
            0 => {
                let topic = issues::issue(issue).at;
                let line = topic.and_then(|topic| writer.untold(topic, draw));
                line.is_some_and(|line| {
                    grammar::length(line.text()) + words <= writer.temper.reach + 16
                        && writer.tell(line, draw)
                        // What is told may leave a question.
                        && (draw.chance(40) || !writer.plainly(line.with(Kind::Ask), draw))
                }) || writer.out.ends_with('?')
            }
            1 => writer.say(Move::Case, "", None, draw),
            2 => writer.say(Move::Figure, "", None, draw),
            3 => recall::add(writer, issue, draw),
            4 => writer.say(Move::Test, "", None, draw),
            5 => {
                let theirs = reading.reason.map_or("", |(_, text)| text);
                let _ = match reading.side {
                    _ if told.is_some_and(|line| writer.plainly(line.with(Kind::Ask), draw)) => true,
                    Some(side) if side != writer.side() => writer.say(Move::Ask, theirs, None, draw),
                    _ => writer.say(Move::Wonder, "", None, draw),
                };
                break;
            }
            6 => writer.say(Move::Joke, "", None, draw),
            7 => writer.say(Move::Bet, "", None, draw),
            8 => {
                writer.say(Move::Sum, "", None, draw);
                break;
            }
            9 => event::mention(writer, view, post.thread, draw),
            10 => {
                let doubted = writer.doubtful(draw).unwrap_or("");
                writer.say(Move::Promise, doubted, None, draw)
            }
            _ => writer.say(Move::More, "", None, draw),
        };
        // One thing shown in a picture is enough for a post.
        if done && matches!(chosen, 1 | 2) {
            weights[1..=2].fill(0);
        }
        if writer.out.ends_with('?') || done && matches!(chosen, 4 | 7 | 10) {
            break;
        }
    }
}
