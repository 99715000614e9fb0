"""What transformers computes with the folder of a published model, in the layout that `clew policy check FOLDER` reads.

    pip install torch transformers safetensors
    python3 scripts/golden.py FOLDER --text "Some text." --chat "A question?" [--tensors] [--out FOLDER]

Writes golden.json: log-probabilities of every token of the texts in float32, and what greedy decoding answers to the
chats. A deep model rounds more than a shallow one: tolerances are twice what float32 and float64 differ by, at least 1e-5. With --tensors it also writes golden.safetensors: the logits of the texts and the gradient
of every parameter, which takes the model's size several times.
"""
import argparse, json, pathlib
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("folder")
arguments.add_argument("--text", action="append", default=[], help="a text whose log-probabilities are computed")
arguments.add_argument("--chat", action="append", default=[], help="what a user says; the answer is decoded greedily")
arguments.add_argument("--answer-tokens", type=int, default=16)
arguments.add_argument("--tensors", action="store_true", help="logits and gradients too")
arguments.add_argument("--out", help="where golden.json is written; the folder itself if left out")
given = arguments.parse_args()
out = pathlib.Path(given.out or given.folder)

tokenizer = AutoTokenizer.from_pretrained(given.folder)
model, exact = (AutoModelForCausalLM.from_pretrained(given.folder, dtype=dtype, attn_implementation="eager").eval()
                for dtype in (torch.float32, torch.float64))
stops = model.generation_config.eos_token_id
stops = stops if isinstance(stops, list) else [stops]



def log_probabilities_of(model, ids):
    logits = model(torch.tensor([ids])).logits[0]
    return logits, torch.log_softmax(logits[:-1], -1)[range(len(ids) - 1), ids[1:]]


rows, log_probabilities, texts, tensors, loss, differences = [], [], [], {}, 0, []
for number, text in enumerate(given.text):
    ids = tokenizer(text, add_special_tokens=False).input_ids
    logits, logs = log_probabilities_of(model, ids)
    with torch.no_grad():
        differences.append(logs.detach() - log_probabilities_of(exact, ids)[1])
    rows.append({"tokens": ids, "weights": [0] + [1] * (len(ids) - 1)})
    # The first token has none.
    log_probabilities.append([0] + [round(value, 7) for value in logs.tolist()])
    loss = loss - logs.sum()
    tensors[f"logits.{number}"] = logits.detach().float().contiguous()
    texts.append({"text": text, "ids": ids, "withSpecial": tokenizer(text).input_ids, "decoded": tokenizer.decode(ids),
                  "decodedWithoutSpecial": tokenizer.decode(ids, skip_special_tokens=True)})
normaliser = sum(len(row["tokens"]) - 1 for row in rows)
difference = torch.cat(differences)
tolerances = {name: max(1e-5, float(f"{2 * value.abs().item():.1e}"))
              for name, value in {"logProbabilities": difference.abs().max(), "loss": difference.mean()}.items()}
if given.tensors:
    (loss / normaliser).backward()
    tensors |= {f"gradient.{name}": value.grad.float().contiguous() for name, value in model.named_parameters()}
    save_file(tensors, out / "golden.safetensors")

chats, greedy = [], []
for question in given.chat:
    conversation = {"messages": [{"role": "user", "content": question}], "add_generation_prompt": True}
    text = tokenizer.apply_chat_template(conversation["messages"], tokenize=False, add_generation_prompt=True)
    ids = tokenizer(text, add_special_tokens=False).input_ids
    chats.append({"arguments": conversation, "text": text, "ids": ids})
    tokens, margins = [], []
    while len(tokens) < given.answer_tokens and not (tokens and tokens[-1] in stops):
        with torch.no_grad():
            best = model(torch.tensor([ids + tokens])).logits[0, -1].topk(2)
        tokens.append(best.indices[0].item())
        margins.append((best.values[0] - best.values[1]).item())
    greedy.append({"prompt": ids, "tokens": tokens, "leastMargin": round(min(margins), 4), "text": tokenizer.decode(tokens)})

golden = {"rows": rows, "normaliser": normaliser, "tolerances": tolerances, "loss": round(loss.item() / normaliser, 8), "logProbabilities": log_probabilities,
          "greedy": greedy, "stops": stops, "size": len(tokenizer), "texts": texts, "chats": chats}
(out / "golden.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")
print(f"{golden['loss']:.6f} nats a token on {normaliser} tokens; " + " | ".join(repr(each["text"]) for each in greedy))
