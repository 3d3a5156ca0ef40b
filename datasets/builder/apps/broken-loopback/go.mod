module example.com/intercom

go 1.19
