autocmd BufRead,BufNewFile *.cvy setfiletype convoy
