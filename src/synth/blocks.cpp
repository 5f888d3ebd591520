#include "base/json_writer.h"
#include "storage/gzip_file.h"
#include "storage/manifest.h"
#include "synth/output.h"
#include "synth/records.h"
#include "text/dates.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

// The works are cut into as many blocks as there are files a source; a block
// writes one file of each source. Blocks share nothing, so threads do not show.

namespace dmp::synth {
namespace {

using What = World::What;

// How a file departs from plain lines.
enum class FileForm : std::uint8_t {
  plain,
  members,
  no_last_newline,
  carriage_returns,
  blank_lines,
  byte_order_mark,
  items,        // {"items": [ … ]}
  items_later,  // the same behind other keys
  array
};

bool is_document(FileForm form) {
  return form >= FileForm::items;
}

std::string_view opening(FileForm form) {
  switch (form) {
    case FileForm::byte_order_mark:
      return "\xEF\xBB\xBF";
    case FileForm::items:
      return "{\"items\": [\n";
    case FileForm::items_later:
      return "{ \"status\" : \"items\", \"total\" : 7, \"seen\": [],\n"
             " \"items\" : [\n";
    case FileForm::array:
      return "[\n";
    default:
      return {};
  }
}

// A file of JSON lines, with the odd form it may have.
class LineFile {
 public:
  static Result<LineFile> create(const std::filesystem::path& path,
                                 FileForm form) {
    DMP_ASSIGN(storage::GzipFile gzip, storage::GzipFile::create(path));
    LineFile file(std::move(gzip), form);
    DMP_TRY(file.gzip_.write(opening(form)));
    return file;
  }

  // One line with its line feed.
  Status write(std::string& line) {
    if (is_document()) {
      line.pop_back();
      if (lines_ > 0) line.insert(0, ",\n");
    } else if (form_ == FileForm::no_last_newline) {
      line.pop_back();
      if (lines_ > 0) line.insert(0, "\n");
    } else if (form_ == FileForm::carriage_returns) {
      line.insert(line.size() - 1, "\r");
    } else if (form_ == FileForm::blank_lines && lines_ % 50 == 7) {
      line += " \n\n";
    }
    ++lines_;
    DMP_TRY(gzip_.write(line));
    if (form_ == FileForm::members && lines_ % 97 == 0)
      DMP_TRY(gzip_.next_member());
    return {};
  }

  Result<std::uint64_t> finish() {
    if (is_document())
      DMP_TRY(gzip_.write(form_ == FileForm::array ? "\n]\n" : "\n]}\n"));
    return gzip_.finish();
  }
  std::uint64_t lines() const { return lines_; }
  bool is_document() const { return synth::is_document(form_); }

 private:
  LineFile(storage::GzipFile gzip, FileForm form)
      : gzip_(std::move(gzip)), form_(form) {}
  storage::GzipFile gzip_;
  FileForm form_;
  std::uint64_t lines_ = 0;
};

// What the OpenAlex manifest says of a file.
struct FileFacts {
  std::string path;
  std::uint64_t bytes = 0, lines = 0;
};

class Block {
 public:
  Block(const Output& output, int number, int count)
      : output_(output),
        world_(output.world),
        options_(output.options),
        number_(number),
        count_(count) {
    begin_ = world_.works() * static_cast<std::uint64_t>(number) /
             static_cast<std::uint64_t>(count);
    end_ = world_.works() * static_cast<std::uint64_t>(number + 1) /
           static_cast<std::uint64_t>(count);
    // Four files a folder; the last folder is of the snapshot's day.
    update_ = world_.today() - 30 * ((count - 1 - number) / 4);
  }

  Result<FileFacts> write() {
    DMP_TRY(open());
    for (std::uint64_t i = begin_; i < end_; ++i) {
      make_work(world_, world_.slot_of_work(i), Texts::with, work_);
      DMP_TRY(write_work());
    }
    DMP_TRY(write_plan_records());
    return close();
  }

 private:
  // Five of eleven files have a form of their own.
  FileForm form(int shift) const {
    const Knobs& knobs = world_.knobs();
    const std::array wanted{knobs.file_members, knobs.file_no_last_newline,
                            knobs.file_carriage_returns, knobs.file_blank_lines,
                            knobs.file_byte_order_mark};
    const auto turn = static_cast<std::size_t>((number_ + shift) % 11);
    const bool odd = options_.awkward_ratio > 0 && turn >= 1 &&
                     turn <= wanted.size() && wanted[turn - 1] > 0;
    return odd ? static_cast<FileForm>(turn) : FileForm::plain;
  }

  // The three containers of Crossref: lines, an object of items, an array.
  FileForm crossref_form() const {
    if (options_.awkward_ratio > 0 && world_.knobs().file_documents > 0)
      switch (number_ % 13) {
        case 2:
          return FileForm::items;
        case 7:
          return FileForm::array;
        case 12:
          return FileForm::items_later;
        default:
          break;
      }
    return form(3);
  }

  Status open() {
    const Sources& sources = options_.sources;
    facts_.path = fmt::format("updated_date={}/part_{:03}.gz",
                              text::format_day(update_), number_ % 1000);
    if (sources.openalex_works) {
      DMP_ASSIGN(
          openalex_,
          LineFile::create(output_.download("openalex_works") / facts_.path,
                           form(0)));
    }
    if (sources.crossref_metadata) {
      const FileForm made = crossref_form();
      const auto path = output_.download("crossref_metadata") /
                        fmt::format("{}.{}.gz", number_,
                                    is_document(made) ? "json" : "jsonl");
      DMP_ASSIGN(crossref_, LineFile::create(path, made));
    }
    if (sources.datacite) {
      const std::string month = text::format_day(update_).substr(0, 7);
      const auto path =
          output_.download("datacite") /
          fmt::format("updated_{}/part_{:04}.jsonl.gz", month, number_);
      DMP_ASSIGN(datacite_, LineFile::create(path, form(6)));
    }
    if (sources.data_citation_corpus) {
      const auto path =
          output_.download("data_citation_corpus") /
          fmt::format("{}-data-citation-corpus-v4.1-{:04}.json.gz",
                      options_.run_id, number_);
      DMP_ASSIGN(corpus_, storage::GzipFile::create(path));
      DMP_TRY(corpus_->write("[\n"));
    }
    return {};
  }

  Record record(What what, OddityRange range) {
    Random random = world_.random(what, work_.slot);
    const auto odd =
        choose_oddity(world_.knobs(), options_.awkward_ratio, range, random);
    return {world_, work_, odd, random};
  }

  // A record beside that of the work, a quarter as often as odd ones.
  template <class Append>
  Status put_stray(LineFile& file, What what, OddityRange range,
                   Append append) {
    Random random(child(world_.key(what, work_.slot), 9));
    const auto odd = choose_oddity(world_.knobs(), options_.awkward_ratio / 4,
                                   range, random);
    if (!odd) return {};
    line_.clear();
    append(Record{world_, work_, odd, random});
    return file.write(line_);
  }

  // Broken lines come beside the records: no work is lost by them.
  Status put(LineFile& file, What what) {
    Random random(child(world_.key(World::What::broken, work_.slot),
                        static_cast<std::uint64_t>(what)));
    if (random.chance(options_.broken_ratio) && !file.is_document()) {
      broken_.clear();
      append_broken(random, broken_);
      DMP_TRY(file.write(broken_));
    }
    return file.write(line_);
  }

  Status write_work() {
    if (openalex_ && work_.in_openalex) DMP_TRY(write_openalex());
    if (crossref_ && work_.in_crossref) {
      line_.clear();
      append_crossref(record(What::crossref, kCrossrefOddities), line_);
      DMP_TRY(put(*crossref_, What::crossref));
      DMP_TRY(put_stray(*crossref_, What::crossref, kCrossrefStrays,
                        [&](Record r) { append_crossref_stray(r, line_); }));
    }
    if (datacite_ && work_.in_datacite) {
      line_.clear();
      append_datacite(record(What::datacite, kDataCiteOddities), line_);
      DMP_TRY(put(*datacite_, What::datacite));
      DMP_TRY(put_stray(*datacite_, What::datacite, kDataCiteStrays,
                        [&](Record r) { append_datacite_stray(r, line_); }));
    }
    return corpus_ ? write_citation() : Status{};
  }

  Status write_openalex() {
    const Record made = record(What::openalex, kOpenAlexOddities);
    line_.clear();
    append_openalex(made, update_, false, line_);
    DMP_TRY(put(*openalex_, What::openalex));
    DMP_TRY(
        put_stray(*openalex_, What::openalex, kOpenAlexStrays,
                  [&](Record r) { append_openalex_stray(r, update_, line_); }));
    if (!Random(child(work_.key, 4)).chance(world_.knobs().duplicate))
      return {};
    line_.clear();
    append_openalex(made, update_, true, line_);
    return openalex_->write(line_);
  }

  // Two of three data sets are also cited in the corpus; some pairs twice.
  Status write_citation() {
    Random random = world_.random(What::corpus, work_.slot);
    for (const Relation& relation : work_.relations) {
      if (relation.kind == RelationKind::preprint_of || random.below(3) == 0)
        continue;
      const auto odd = choose_oddity(world_.knobs(), options_.awkward_ratio,
                                     kCorpusOddities, random);
      const bool beside = odd == Oddity::co_self || odd == Oddity::co_accession;
      const int times = random.below(20) == 0 ? 2 : 1;
      for (int i = 0; i < times; ++i)
        DMP_TRY(put_pair(
            {world_, work_, beside ? std::nullopt : odd, Random(random.next())},
            relation));
      if (beside)
        DMP_TRY(
            put_pair({world_, work_, odd, Random(random.next())}, relation));
    }
    return {};
  }

  Status put_pair(const Record& record, const Relation& relation) {
    line_ = pairs_++ == 0 ? "  " : ",\n  ";
    append_citation(record, relation, line_);
    return corpus_->write(line_);
  }

  // Every block has its share of the plans' own records.
  Status write_plan_records() {
    if (!datacite_) return {};
    for (auto plan = static_cast<std::uint32_t>(number_); plan < world_.plans();
         plan += static_cast<std::uint32_t>(count_)) {
      if (!Random(child(world_.key(What::plan_says, plan), 4))
               .chance(world_.knobs().plan_records))
        continue;
      line_.clear();
      append_plan_record(world_, world_.plan(plan), line_);
      DMP_TRY(datacite_->write(line_));
    }
    return {};
  }

  Result<FileFacts> close() {
    if (openalex_) {
      facts_.lines = openalex_->lines();
      DMP_ASSIGN(facts_.bytes, openalex_->finish());
    }
    if (crossref_) DMP_TRY(crossref_->finish());
    if (datacite_) DMP_TRY(datacite_->finish());
    if (corpus_) {
      DMP_TRY(corpus_->write("\n]\n"));
      DMP_TRY(corpus_->finish());
    }
    return facts_;
  }

  const Output& output_;
  const World& world_;
  const SynthOptions& options_;
  int number_, count_;
  std::uint64_t begin_ = 0, end_ = 0, pairs_ = 0;
  text::Day update_ = 0;
  FileFacts facts_;
  std::optional<LineFile> openalex_, crossref_, datacite_;
  std::optional<storage::GzipFile> corpus_;
  Work work_;
  std::string line_, broken_;
};

Status write_openalex_manifest(const Output& output,
                               const std::vector<FileFacts>& files) {
  std::string text;
  JsonWriter json(text);
  std::uint64_t bytes = 0, lines = 0;
  json.begin_object().key("entries").begin_array();
  for (const FileFacts& file : files) {
    json.begin_object().member("url", "s3://openalex/data/works/" + file.path);
    json.key("meta").begin_object().member(
        "content_length", static_cast<std::int64_t>(file.bytes));
    json.member("record_count", static_cast<std::int64_t>(file.lines))
        .end_object()
        .end_object();
    bytes += file.bytes;
    lines += file.lines;
  }
  json.end_array().key("meta").begin_object().member(
      "content_length", static_cast<std::int64_t>(bytes));
  json.member("record_count", static_cast<std::int64_t>(lines))
      .end_object()
      .end_object();
  text += '\n';
  return storage::write_file_atomically(
      output.download("openalex_works") / "manifest", text);
}

}  // namespace

Status Output::write_works() const {
  const int count = static_cast<int>(std::min<std::uint64_t>(
      world.works(), static_cast<std::uint64_t>(options.files)));
  std::vector<FileFacts> files(static_cast<std::size_t>(count));
  std::atomic<int> next = 0, done = 0;
  std::mutex guard;
  Status outcome;
  const auto work = [&] {
    for (int i = next++; i < count; i = next++) {
      auto written = Block(*this, i, count).write();
      const std::lock_guard lock(guard);
      if (written)
        files[static_cast<std::size_t>(i)] = *std::move(written);
      else if (outcome)
        outcome = std::move(written).error();
      if (options.progress)
        options.progress(fmt::format("works: {} of {} files", ++done, count));
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < std::min(options.threads, count); ++i)
    threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  DMP_TRY(std::move(outcome));
  return options.sources.openalex_works ? write_openalex_manifest(*this, files)
                                        : Status{};
}

}  // namespace dmp::synth
