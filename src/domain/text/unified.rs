//! Two texts, line by line: what only one of them says, with a little of what stands around it.

/// Lines shown around what differs.
const AROUND: usize = 2;
/// Longer texts are compared by what their beginnings and ends have in common.
const LINES: usize = 2_000;

/// The lines that differ, those of `a` after `-` and those of `b` after `+`, with what stands around them; a line `…`
/// where some are left out between. Empty where both are the same.
#[must_use]
pub fn unified(a: &str, b: &str) -> Vec<String> {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.lines().collect(), b.lines().collect());
    let script = script(&a, &b);
    let near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        script[from..script.len().min(at + AROUND + 1)].iter().any(|(sign, _)| *sign != ' ')
    };
    let mut told = Vec::new();
    let mut left_out = false;
    for (at, (sign, line)) in script.iter().enumerate() {
        if near(at) {
            if std::mem::take(&mut left_out) && !told.is_empty() {
                told.push("…".to_owned());
            }
            told.push(format!("{sign} {line}").trim_end().to_owned());
        } else {
            left_out = true;
        }
    }
    told
}

/// Every line of both, once where they agree.
fn script<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<(char, &'a str)> {
    let begin = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (rest_a, rest_b) = (&a[begin..], &b[begin..]);
    let end = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (mid_a, mid_b) = (&rest_a[..rest_a.len() - end], &rest_b[..rest_b.len() - end]);
    let mut script: Vec<(char, &str)> = a[..begin].iter().map(|line| (' ', *line)).collect();
    if mid_a.len() > LINES || mid_b.len() > LINES {
        script.extend(mid_a.iter().map(|line| ('-', *line)));
        script.extend(mid_b.iter().map(|line| ('+', *line)));
    } else {
        middle(mid_a, mid_b, &mut script);
    }
    script.extend(a[a.len() - end..].iter().map(|line| (' ', *line)));
    script
}

/// By the longest run of lines that both have in common, in their order.
fn middle<'a>(a: &[&'a str], b: &[&'a str], script: &mut Vec<(char, &'a str)>) {
    let width = b.len() + 1;
    let mut common = vec![0_u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i * width + j] = if a[i] == b[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            script.push((' ', a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || i < a.len() && common[(i + 1) * width + j] >= common[i * width + j + 1] {
            script.push(('-', a[i]));
            i += 1;
        } else {
            script.push(('+', b[j]));
            j += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told_with_what_stands_around_it() {
        let a = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten";
        let b = "one\ntwo\nthree\nfour\nfünf\nsix\nseven\neight\nnine\nten\neleven";
        let told = unified(a, b);
        let wanted =
            ["  three", "  four", "- five", "+ fünf", "  six", "  seven", "…", "  nine", "  ten", "+ eleven"];
        assert_eq!(told, wanted);
        assert_eq!(unified(a, a), Vec::<String>::new());
        assert_eq!(unified("", "new"), ["+ new"]);
        assert_eq!(unified("a\nb\nc", "b\nc\nd"), ["- a", "  b", "  c", "+ d"]);
    }

    #[test]
    fn texts_of_any_length_are_compared() {
        let a: String = (0..5_000).map(|n| format!("{n}\n")).collect();
        let b: String = (0..5_000).map(|n| format!("{}\n", n + 1)).collect();
        assert!(unified(&a, &b).len() > 2);
    }
}
