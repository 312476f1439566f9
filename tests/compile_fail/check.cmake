# Fails unless SOURCE does not compile and the compiler's output matches the regular expression in SOURCE's first line.
#   cmake -DSOURCE=... -DCOMMANDS=compile_commands.json -P check.cmake
function(complain text)
  message("${text}") # FATAL_ERROR would break its lines
  message(FATAL_ERROR "not the compile error that was expected")
endfunction()

file(STRINGS "${SOURCE}" first LIMIT_COUNT 1)
if(NOT "${first}" MATCHES "^// expect: (.+)$")
  complain("${SOURCE}: expected '// expect: REGEX' in the first line, got '${first}'")
endif()
set(expected "${CMAKE_MATCH_1}")

get_filename_component(name "${SOURCE}" NAME)
string(REPLACE "." "\\." pattern "${name}")
file(STRINGS "${COMMANDS}" command REGEX "\"command\": .*/compile_fail/([a-z]+/)?${pattern}\",?$" LIMIT_COUNT 1)
if(NOT "${command}" MATCHES "\"command\": \"(.*)\",?$")
  complain("${COMMANDS}: expected the command that compiles ${SOURCE}, found none")
endif()
string(REGEX REPLACE "\\\\(.)" "\\1" command "${CMAKE_MATCH_1}")
string(REGEX REPLACE " -o [^ ]+ -c " " -fsyntax-only " command "${command}")

execute_process(COMMAND sh -c "${command}" RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(code EQUAL 0)
  complain("${SOURCE}: expected an error that matches '${expected}', but it compiles")
elseif(NOT "${output}" MATCHES "${expected}")
  message("${output}")
  complain("${SOURCE}: expected an error that matches '${expected}', got the output above")
endif()
