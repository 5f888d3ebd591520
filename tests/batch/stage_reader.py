"""A process that reads a stage over and over, as the program does: what its
manifest lists, with sizes and sums."""
import hashlib
import json
import multiprocessing


class StageReader:
    """`get(name)` gives a file of the stage, None: there is none. From the first manifest on there is always one, and
    all that it lists is there, or another manifest is."""

    def __init__(self, get):
        context = multiprocessing.get_context("fork")
        self.ended, self.said = context.Event(), context.SimpleQueue()
        self.process = context.Process(target=self.read_on, args=(get,), daemon=True)
        self.process.start()

    def read_on(self, get):
        wrong, editions, reads, began = [], set(), 0, False
        while not self.ended.is_set() and len(wrong) < 10:
            text = get("manifest.json")
            if text is None:
                wrong += ["manifest.json is gone"] * began
                continue
            began = True
            files = json.loads(text)["files"]
            bad = next((file["path"] for file in files if not is_whole(get(file["path"]), file)), None)
            if bad is None:
                reads += 1
                editions.add(json.loads(text)["key"])
            elif get("manifest.json") == text:
                wrong.append(f"{bad} is not what the manifest lists")
        self.said.put((wrong, editions, reads))

    def end(self):
        """What was wrong, keys of the stages that were read whole, and how often one was."""
        self.ended.set()
        said = self.said.get()
        self.process.join()
        return said


def is_whole(content, file):
    return content is not None and (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
