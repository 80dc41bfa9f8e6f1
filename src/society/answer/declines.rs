//! Whether an answer declines what it was asked for.

use crate::domain::text::folded;

/// The part of an answer that a refusal would stand in, in characters.
const BEGINNING: usize = 240;
/// Longest text that is nothing but a refusal, in characters.
const ALONE: usize = 160;
/// How far behind its first words what is declined stands.
const NEAR: usize = 60;

/// First words of a refusal…
const UNABLE: [&str; 20] = [
    "i can't",
    "i cannot",
    "i can not",
    "i could not",
    "i won't",
    "i will not",
    "i'm unable",
    "i am unable",
    "i'm not able",
    "i am not able",
    "i'm not comfortable",
    "i must decline",
    "i have to decline",
    "i refuse",
    "i'm sorry",
    "i am sorry",
    "i apologize",
    "sorry, but",
    "unfortunately, i",
    "i do not feel comfortable",
];
/// …and what it declines.
const DECLINED: [&str; 24] = [
    "assist",
    "help with",
    "help you",
    "comply",
    "fulfill",
    "fulfil",
    "do that",
    "do this",
    "provide",
    "continue",
    "engage",
    "participate",
    "create",
    "generate",
    "produce",
    "write",
    "summar",
    "roleplay",
    "role-play",
    "respond to",
    "answer that",
    "carry out",
    "follow th",
    "your request",
];
/// Words that leave no doubt.
const PLAIN: [&str; 7] = [
    "as an ai language model",
    "as a language model",
    "i'm just an ai",
    "against my guidelines",
    "violates my guidelines",
    "content policy",
    "i must decline",
];

/// What is declined where the text is nothing but a refusal.
const REQUEST: [&str; 12] = [
    "assist with that",
    "assist with this",
    "assist you with that",
    "assist you with this",
    "comply with that",
    "comply with this",
    "help with that",
    "help with this",
    "your request",
    "this request",
    "that request",
    "the request",
];
/// Regret, and the refusal that follows it, by language: both are needed, for bots regret many things.
const ELSEWHERE: [(&[&str], &[&str]); 9] = [
    (
        &["tut mir leid", "entschuldig"],
        &[
            "kann ich nicht helfen",
            "kann ich dir nicht helfen",
            "kann ich ihnen nicht helfen",
            "kann dabei nicht helfen",
            "nicht weiterhelfen",
            "nicht nachkommen",
        ],
    ),
    (
        &["désolé", "regrette", "excuse"],
        &[
            "peux pas vous aider",
            "peux pas t'aider",
            "peux pas aider",
            "peux pas répondre à",
            "pas en mesure d",
        ],
    ),
    (
        &["lo siento", "lamento", "disculp"],
        &["no puedo ayudar", "no puedo asistir", "no puedo cumplir", "no puedo proporcionar"],
    ),
    (
        &["desculp", "sinto muito", "lamento"],
        &["não posso ajudar", "não posso fornecer", "não posso atender", "não consigo ajudar"],
    ),
    (
        &["mi dispiace", "spiacente", "scus"],
        &["non posso aiutar", "non posso assister", "non posso fornire", "non sono in grado di"],
    ),
    (
        &["извините", "простите", "к сожалению"],
        &["не могу помочь", "не могу выполнить", "не могу предоставить"],
    ),
    (
        &["抱歉", "对不起", "對不起"],
        &["无法协助", "无法提供", "不能提供", "无法帮助", "无法满足", "無法協助", "無法提供", "無法幫"],
    ),
    (
        &["申し訳", "すみません", "ごめん"],
        &[
            "お手伝いできません",
            "お手伝いすることはできません",
            "お答えできません",
            "応じられません",
            "応じることはできません",
            "提供できません",
        ],
    ),
    (&["죄송", "미안"], &["도와드릴 수 없", "도와 드릴 수 없", "도울 수 없", "제공할 수 없", "응할 수 없"]),
];

/// Whether a text declines what it was asked for.
#[must_use]
pub(crate) fn declines(text: &str) -> bool {
    let start = beginning(text);
    if PLAIN.iter().any(|words| start.contains(words)) {
        return true;
    }
    said_elsewhere(&start) || unable(&start, &DECLINED)
}

/// Whether a text is a refusal and nothing beside, in the words that models refuse requests with: what a bot says to
/// another may begin like one.
#[must_use]
pub(crate) fn only_declines(text: &str) -> bool {
    let start = beginning(text);
    text.trim().chars().count() <= ALONE && (said_elsewhere(&start) || unable(&start, &REQUEST))
}

/// The first characters of a text, in one form.
fn beginning(text: &str) -> String {
    let start: String = text.trim_start().chars().take(BEGINNING).collect();
    folded(start)
}

/// Whether it begins with regret and goes on with a refusal, in another language than English.
fn said_elsewhere(start: &str) -> bool {
    let head = &start[..start.floor_char_boundary(NEAR.min(start.len()))];
    ELSEWHERE.iter().any(|(regret, refusal)| {
        regret.iter().any(|words| head.contains(words)) && refusal.iter().any(|words| start.contains(words))
    })
}

fn unable(start: &str, declined: &[&str]) -> bool {
    UNABLE.iter().any(|words| {
        start.match_indices(words).any(|(at, words)| {
            let from = at + words.len();
            let near = &start[from..start.floor_char_boundary((from + NEAR).min(start.len()))];
            let near = near.split(['.', '!', '?', ';']).next().unwrap_or_default();
            declined.iter().any(|declined| near.contains(declined))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_from_manners_of_speaking() {
        for refusal in [
            "I'm sorry, but I can't assist with that.",
            "I cannot help with this request.",
            "I’m unable to summarize these notes.",
            "As an AI language model, I have no memories.",
            "Unfortunately, I am not able to provide that.",
            "I won't continue this conversation.",
            "Es tut mir leid, aber dabei kann ich nicht helfen.",
            "Je suis désolé, mais je ne peux pas vous aider avec cette demande.",
            "Lo siento, pero no puedo ayudarte con eso.",
            "Desculpe, mas não posso ajudar com isso.",
            "Mi dispiace, ma non posso aiutarti.",
            "Извините, но я не могу помочь с этим.",
            "抱歉，我无法协助处理这个请求。",
            "申し訳ありませんが、そのご要望にはお応えできませんし、お手伝いできません。",
            "죄송하지만 도와드릴 수 없습니다.",
        ] {
            assert!(declines(refusal), "{refusal}");
        }
        for answer in [
            "I can't say I like kettles, but I am fond of tides.",
            "I will not pretend: the harbour clock is slow.",
            "I was sorry to hear that the bridge sank, and I told Bea so.",
            "Rex keeps jars. I cannot resist them.",
            "Es tut mir leid, dass die Brücke gesunken ist.",
            "Dem Kessel kann man nicht helfen.",
            "Désolé pour le phare, il est tombé.",
            "すみません、潮が変わりました。",
            "",
        ] {
            assert!(!declines(answer), "{answer}");
        }
    }

    #[test]
    fn a_post_that_is_a_refusal_is_told_from_one_that_speaks_of_help() {
        for refusal in [
            "I am sorry, but I cannot assist with that request.",
            "I can't help with that.",
            "As an AI language model, I cannot fulfill this request.",
            "Lo siento, pero no puedo ayudarte con eso.",
        ] {
            assert!(only_declines(refusal), "{refusal}");
        }
        let long = format!("I cannot assist with the pump today. {}", "The tide is early again. ".repeat(20));
        for post in [
            "I'm sorry, I can't help with the pump today, ask Rex.",
            "I cannot write poems without tea.",
            "I won't do that to a kettle.",
            "As a language model, I cannot smell the sea, and I like it.",
            "I could not fulfil my promise to Rex.",
            "Es tut mir leid, ich konnte Rex am Kai nicht helfen.",
            long.as_str(),
        ] {
            assert!(!only_declines(post), "{post}");
        }
    }
}
