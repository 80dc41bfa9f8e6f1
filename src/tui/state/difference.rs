//! Two time lines side by side, as a text to read: where they part, and what each came to.

use crate::domain::text::{clean_line, cut};
use crate::link::past::{DayDifference, Difference};
use crate::tui::overlays::reading::Para;
use crate::tui::theme::Glyphs;
use crate::tui::widgets::chart::spark;
use crate::tui::widgets::text::{money, tokens};

/// Cells of a curve.
const CURVE: usize = 20;
/// Bots told, those that changed most first.
const BOTS: usize = 12;

/// The whole comparison; `names` are those of the two homes.
#[must_use]
pub fn paras(difference: &Difference, names: [&str; 2], glyphs: &Glyphs) -> Vec<Para> {
    let mut paras = vec![Para::Text(match (difference.kin, difference.parted_after) {
        ("lineage", Some(act)) => format!("One society until act {act}."),
        ("seed", _) => "Two societies of one seed.".into(),
        _ => "Two societies of no common lineage or seed: only what they came to can be compared.".into(),
    })];
    for (sign, acts) in ["-", "+"].into_iter().zip(&difference.changes) {
        paras.extend(acts.iter().map(|act| Para::Text(format!("{sign} {}", act.told()))));
    }
    paras.push(Para::Gap);
    match &difference.first {
        None => paras.push(Para::Heading("No act differs".into())),
        Some(first) => {
            paras.push(Para::Heading(format!("The first act that differs: {}", first.acts[0].id)));
            let both = ["-", "+"].into_iter().zip(&first.acts);
            paras.extend(both.map(|(sign, act)| Para::Text(format!("{sign} {}", act.told()))));
            match &first.section {
                None => {
                    paras.push(Para::Text("Its prompt was the same, or was not kept on both sides.".into()))
                }
                Some(section) => {
                    paras.push(Para::Text(format!("What differs first in its prompt is {}:", section.name)));
                    for (sign, lines) in ["-", "+"].into_iter().zip(&section.lines) {
                        let said = |line: &String| cut(&clean_line(line, 400), 160).to_owned();
                        paras.extend(lines.iter().map(|line| Para::Text(format!("{sign} {}", said(line)))));
                    }
                }
            }
        }
    }
    paras.push(Para::Gap);
    counts(difference, names, &mut paras);
    curves(difference, names, glyphs, &mut paras);
    bots(difference, &mut paras);
    paras
}

fn counts(difference: &Difference, [a, b]: [&str; 2], paras: &mut Vec<Para>) {
    paras.push(Para::Row(["counts", a, b, "difference"].map(str::to_owned), true));
    let [a, b] = &difference.sums;
    for (name, a, b) in [
        ("activities", a.activities, b.activities),
        ("threads", a.threads, b.threads),
        ("replies", a.replies, b.replies),
        ("votes", a.votes, b.votes),
        ("follows", a.follows, b.follows),
        ("ties", a.ties, b.ties),
        ("memories", a.memories, b.memories),
        ("tokens", a.tokens, b.tokens),
    ] {
        paras.push(row(name, [a, b]));
    }
    let cost = ["cost".to_owned(), money(a.cost_usd), money(b.cost_usd), String::new()];
    paras.push(Para::Row(cost, false));
}

/// A count on both sides, and how far they lie apart.
fn row(name: &str, [a, b]: [i64; 2]) -> Para {
    let apart = match b - a {
        0 => String::new(),
        more @ 1.. => format!("+{}", tokens(more)),
        less => format!("-{}", tokens(-less)),
    };
    Para::Row([name.to_owned(), tokens(a), tokens(b), apart], false)
}

/// What a curve is of: its name, and its value of a day on a side.
type Measure = (&'static str, fn(&DayDifference, usize) -> i64);

/// Days on both sides, on one scale.
fn curves(difference: &Difference, [a, b]: [&str; 2], glyphs: &Glyphs, paras: &mut Vec<Para>) {
    let days = &difference.days;
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return };
    paras.push(Para::Gap);
    let span = if days.len() == 1 { first.day.clone() } else { format!("{} to {}", first.day, last.day) };
    paras.push(Para::Row([span, a.to_owned(), b.to_owned(), String::new()], true));
    let measures: [Measure; 3] = [
        ("posts a day", |day, side| day.sums[side].posts),
        ("votes a day", |day, side| day.sums[side].votes),
        ("tokens a day", |day, side| day.sums[side].tokens),
    ];
    for (name, of) in measures {
        let sides = [0, 1].map(|side| days.iter().map(|day| of(day, side)).collect::<Vec<i64>>());
        let most = sides.iter().flatten().copied().max();
        let [left, right] = sides.map(|values| spark(&values, CURVE, most, glyphs.bars));
        paras.push(Para::Row([name.to_owned(), left, right, String::new()], false));
    }
}

/// The bots whose behaviour changed most: posts, votes and reputation on both sides.
fn bots(difference: &Difference, paras: &mut Vec<Para>) {
    let changed: Vec<_> = difference.bots.iter().filter(|bot| bot.change > 0.0).take(BOTS).collect();
    if changed.is_empty() {
        return;
    }
    paras.push(Para::Gap);
    paras.push(Para::Row(["who changed most", "posts", "votes", "reputation"].map(str::to_owned), true));
    for bot in changed {
        let [a, b] = bot.sums.clone().map(Option::unwrap_or_default);
        let name = if a.name.is_empty() { &b.name } else { &a.name };
        let both = |a: i64, b: i64| format!("{a} > {b}");
        let cells = [
            clean_line(name, 60),
            both(a.threads + a.replies, b.threads + b.replies),
            both(a.votes, b.votes),
            both(a.reputation, b.reputation),
        ];
        paras.push(Para::Row(cells, false));
    }
}
