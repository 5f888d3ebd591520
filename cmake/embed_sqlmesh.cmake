# Makes ${output} from the SQLMesh project: a table of {path, text} of its
# configuration, models and tests. Run as a script: -D project=… -D output=…
file(GLOB_RECURSE files RELATIVE ${project} ${project}/config.yaml
     ${project}/models/*.sql ${project}/tests/test*.yaml)
list(SORT files)
set(text "// Made by cmake/embed_sqlmesh.cmake; do not edit.\n")
string(APPEND text "#include \"sql/model_project.h\"\n\nnamespace dmp::sql {\n\n")
string(APPEND text "const std::vector<ProjectFile>& embedded_project() {\n  static const std::vector<ProjectFile> kFiles{\n")
foreach(file ${files})
  file(READ ${project}/${file} content)
  string(APPEND text "      {\"${file}\", R\"sqlmesh(${content})sqlmesh\"},\n")
endforeach()
string(APPEND text "  };\n  return kFiles;\n}\n\n}  // namespace dmp::sql\n")
file(WRITE ${output} "${text}")
